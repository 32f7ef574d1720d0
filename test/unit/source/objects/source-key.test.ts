import { describe, expect, it } from '@jest/globals';
import { errorCodeOf } from '../../../../src/contract/errors.js';
import { assertSourceKey } from '../../../../src/source/objects/source-key.js';

describe('assertSourceKey', () => {
  it.each([
    'archives/0123/job/archive.zip',
    'Archives/x',
    'ARCHIVES. /x',
    'archives',
    'x/../archives/y',
    'x/y/../../archives/y',
    './archives/x',
    '/archives/x',
    '//archives/x',
    'archives//x',
    '\\archives\\x',
    'x\\..\\archives',
    '../etc/passwd',
    'a/../../b',
    '..',
    '.',
    '/',
    '',
    'x/..',
    'x\u0000',
    '\ud800',
  ])('refuses %j without quoting it', (key) => {
    const refusal = () => assertSourceKey(key);
    expect(refusal).toThrow(/^The file is refused: its key .+\. Ask an operator to correct the key\.$/);
    try {
      refusal();
    } catch (error) {
      expect(errorCodeOf(error)).toBe('FILE_FORBIDDEN');
    }
  });

  it.each([
    'dd//x.txt',
    '/lead.txt',
    'folder/',
    'a/../b',
    'a/./b',
    'back\\slash',
    'x\u0001\n',
    'archives-2025/x',
    'x/archives/y',
    'x//archives',
    '...',
    'a..b/c',
    '.hidden',
    ' blank ',
    'C:/x',
    'Grüße 日本.txt',
  ])('accepts %j', (key) => {
    expect(() => assertSourceKey(key)).not.toThrow();
  });
});
