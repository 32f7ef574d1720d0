import { createHash } from 'node:crypto';
import { posix, relative, sep } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { errorCodeOf } from '../../../../src/contract/errors.js';
import { isObjectKey, objectPath } from '../../../../src/storage/file/path-guard.js';

const ROOT = '/data/objects';

describe('objectPath', () => {
  it.each([
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

  it.each([
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
  ])('rejects %j', (key) => {
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

  it('maps random keys to distinct paths below the root', () => {
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
      const fromRoot = relative(ROOT, path);
      expect(fromRoot.split(sep)).not.toContain('..');
      expect(posix.normalize(path)).toBe(path);
      expect(keys.get(path) ?? key).toBe(key);
      keys.set(path, key);
    }
    expect(accepted).toBeGreaterThan(1_000);
  });
});
