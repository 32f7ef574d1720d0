import { describe, expect, it } from '@jest/globals';
import { nameOfObject } from '../../../../src/source/objects/object-name.js';

function nameOf(changes: Partial<Parameters<typeof nameOfObject>[0]>): string {
  return nameOfObject({ key: 'downloads/70000.zip', contentDisposition: null, metadata: {}, ...changes });
}

describe('nameOfObject', () => {
  it.each(['report.pdf', '2026/report.pdf', 'über.txt', 'a+b.txt', '100%25.txt', '50%', '=?x'])(
    'returns the filename metadata as the store decoded it: %s',
    (filename) => {
      expect(nameOf({ metadata: { filename } })).toBe(filename);
    },
  );

  it('prefers metadata to Content-Disposition', () => {
    const contentDisposition = 'attachment; filename="disposition.txt"';
    expect(nameOf({ metadata: { filename: 'metadata.txt' }, contentDisposition })).toBe('metadata.txt');
  });

  it('uses the last key segment beside an empty Content-Disposition', () => {
    expect(nameOf({ contentDisposition: 'attachment; filename=""' })).toBe('70000.zip');
    expect(nameOf({ key: 'downloads/a/', contentDisposition: null })).toBe('a');
  });

  it('skips empty metadata', () => {
    const contentDisposition = 'attachment; filename="a.txt"';
    expect(nameOf({ metadata: { filename: '' }, contentDisposition })).toBe('a.txt');
    expect(nameOf({ metadata: { filename: '' } })).toBe('70000.zip');
  });

  it('uses the whole key without folders', () => {
    expect(nameOf({ key: 'photo.jpg' })).toBe('photo.jpg');
  });
});
