import { createHash } from 'node:crypto';
import { posix, relative, sep } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { errorCodeOf } from '../../../../src/contract/errors.js';
import { isObjectKey, objectPath } from '../../../../src/storage/file/path-guard.js';

const ROOT = '/data/objects';

describe('objectPath', () => {
  test.each([
    'a',
    'a/b/c.txt',
    'a b/ c',
    '..a/b..',
    '...',
    '.hidden',
    'a/.tmp/b',
    'C',
    '世界/🦭',
    'x'.repeat(255),
  ])('maps %j to the path of the same name', (key) => {
    expect(objectPath(ROOT, key)).toBe(`${ROOT}/${key}`);
  });

  test.each([
    '',
    '/',
    '/etc/passwd',
    '..',
    '../a',
    'a/../b',
    'a/..',
    'a/./b',
    '.',
    'a//b',
    'a/',
    '\0',
    'a\0b',
    'a\\b',
    '..\\..\\a',
    'C:/a',
    'c:a',
    '.tmp',
    '.tmp/a',
    '.TMP/a',
    '.meta/a',
    'x'.repeat(256),
    'é'.repeat(128),
    'a/'.repeat(512) + 'a',
    'a\ud800b',
  ])('refuses %j', (key) => {
    let error: unknown;
    try {
      objectPath(ROOT, key);
    } catch (caught) {
      error = caught;
    }
    expect(errorCodeOf(error)).toBe('FILE_FORBIDDEN');
    expect(isObjectKey(key)).toBe(false);
    if (key.length > 2) expect((error as Error).message).not.toContain(key);
  });

  test('never leaves the root and never maps two keys to one path, whatever the key', () => {
    const pieces = [
      '..',
      '.',
      '/',
      '\\',
      'a',
      'A',
      ' ',
      ':',
      'C',
      '\0',
      '%2e',
      '%2f',
      '~',
      '.tmp',
      '…',
      '\u202e',
      '-',
    ];
    const keys = new Map<string, string>();
    let accepted = 0;
    for (let seed = 0; seed < 20_000; seed++) {
      const key = [
        ...createHash('sha256')
          .update(String(seed))
          .digest()
          .subarray(0, 1 + (seed % 9)),
      ]
        .map((byte) => pieces[byte % pieces.length])
        .join('');
      if (!isObjectKey(key)) continue;
      accepted++;
      const path = objectPath(ROOT, key);
      const way = relative(ROOT, path);
      expect(way.split(sep)).not.toContain('..');
      expect(posix.normalize(path)).toBe(path);
      expect(keys.get(path) ?? key).toBe(key);
      keys.set(path, key);
    }
    expect(accepted).toBeGreaterThan(1_000);
  });
});
