import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ApiKeys, ApiKeysError } from '../../../../src/api/auth/api-keys.js';

const sha256 = (key: string) => createHash('sha256').update(key).digest('hex');
const entry = (user: string, key: string) => `${user}=sha256:${sha256(key)}`;
const parse = (...texts: string[]) =>
  ApiKeys.parse(texts.map((text, i) => ({ place: `line ${i + 1}`, text })));

function problemsOf(...texts: string[]): readonly string[] {
  try {
    parse(...texts);
  } catch (error) {
    if (error instanceof ApiKeysError) return error.problems;
    throw error;
  }
  return [];
}

describe('ApiKeys', () => {
  it('maps several keys to one user', () => {
    const keys = parse(entry('ada', 'a-1'), entry('ada', 'a-2'), entry('grace', 'g-1'));
    expect(['a-1', 'a-2', 'g-1', 'a-3', ''].map((key) => keys.ownerOf(key))).toEqual([
      'ada',
      'ada',
      'grace',
      undefined,
      undefined,
    ]);
  });

  it('accepts uppercase hex and repeated entries', () => {
    const upper = entry('ada', 'a-1').replace(sha256('a-1'), sha256('a-1').toUpperCase());
    expect(parse(upper, entry('ada', 'a-1')).ownerOf('a-1')).toBe('ada');
  });

  it('hashes the bytes sent over the wire', () => {
    const sent = Buffer.from('schlüssel').toString('latin1');
    expect(parse(entry('ada', 'schlüssel')).ownerOf(sent)).toBe('ada');
  });

  it('rejects one key for two users', () => {
    expect(problemsOf(entry('ada', 'same'), entry('grace', 'same'))).toEqual([
      'line 2 has the key of another user',
    ]);
  });

  it.each([
    'ada',
    'ada=hunter2',
    'ada=sha256:hunter2',
    `ada=sha256:${sha256('x')}00`,
    `=sha256:${sha256('x')}`,
    ` =sha256:${sha256('x')}`,
    `a\tb=sha256:${sha256('x')}`,
    `${'a'.repeat(256)}=sha256:${sha256('x')}`,
    `ada=md5:${sha256('x')}`,
  ])('names only the location of the invalid entry %j', (text) => {
    expect(problemsOf(entry('ada', 'ok'), text)).toEqual([
      'line 2 must be user=sha256:HEX, the SHA-256 of a key in 64 hex digits',
    ]);
  });

  it('reports all problems at once', () => {
    expect(problemsOf('a', entry('ada', 'same'), 'b', entry('grace', 'same'))).toHaveLength(3);
  });
});
