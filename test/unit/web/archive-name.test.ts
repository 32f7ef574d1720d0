import { describe, expect, it } from '@jest/globals';
import { archiveName } from '../../../web/src/download/archive-name.js';

const nameOf = (...names: string[]) => {
  const files = { get: (id: number | string) => ({ fileId: id, name: names[Number(id)] ?? null, size: 1 }) };
  return archiveName([...names.keys()], files, new Date(2026, 10, 29));
};

describe('archiveName', () => {
  it.each([
    ['its only file', ['2026/sunset.png'], 'sunset'],
    ['a file of two extensions', ['backup.tar.gz'], 'backup.tar'],
    ['a hidden file', ['.env'], 'env'],
    ['the folder of all files', ['a/2026/x.png', 'a/2026/y/z.png'], '2026'],
    ['number and day, without a shared folder', ['a/x.png', 'b/y.png'], '2-files-2026-11-29'],
    ['number and day, of one unknown file', [''], '1-files-2026-11-29'],
  ])('takes %s', (_what, names, expected) => {
    expect(nameOf(...names)).toBe(expected);
  });
});
