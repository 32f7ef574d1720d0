import { describe, expect, it } from '@jest/globals';
import { fileIdSchema } from '../../../../src/contract/http/schemas.js';
import { fileIdOfPath } from '../../../../src/storage/folder/path-ids.js';

const HASH = /-[0-9a-f]{12}/;

describe('fileIdOfPath', () => {
  it.each(['report.pdf', 'IMG_0001.jpg', '70000', 'a-b_c.tar.gz'])('keeps the valid id %s', (name) => {
    expect(fileIdOfPath(name)).toBe(name);
  });

  it.each([
    ['Annual Report 2024.pdf', 'Annual-Report-2024.pdf'],
    ['trip/IMG 1.jpg', 'trip-IMG-1.jpg'],
    ['Übersicht – été.txt', 'Ubersicht-ete.txt'],
    ['請求書.txt', 'file.txt'],
    ['(draft) v1.2 final', 'draft-v1-2-final'],
    ['100%.txt', '100.txt'],
    ["it's.o k", 'it-s-o-k'],
  ])('makes a readable id of %s', (path, readable) => {
    const id = fileIdOfPath(path);
    expect(id.replace(HASH, '')).toBe(readable);
    expect(id).toMatch(HASH);
    expect(fileIdSchema.safeParse(id).success).toBe(true);
  });

  it('shortens long names to valid ids', () => {
    for (const path of [`${'x'.repeat(200)}.pdf`, `${'deep/'.repeat(100)}a.txt`, `a.${'e'.repeat(150)}`]) {
      expect(fileIdSchema.safeParse(fileIdOfPath(path)).success).toBe(true);
    }
  });

  it('distinguishes names that look alike', () => {
    const paths = ['a b.txt', 'a  b.txt', 'a/b.txt', 'ä b.txt', 'a\u0308 b.txt', 'A b.txt'];
    expect(new Set(paths.map(fileIdOfPath)).size).toBe(paths.length);
  });
});
