import { describe, expect, it } from '@jest/globals';
import { uniqueNames } from '../../../src/archive/unique-names.js';

/** Found names as text, requested ones in a list. */
function unique(wanted: (string | [requested: string])[], reserved?: string[]): string[] {
  return uniqueNames(
    wanted.map((name) => (typeof name === 'string' ? { name } : { name: name[0], nameIsRequested: true })),
    reserved,
  );
}

describe('uniqueNames', () => {
  it('numbers equal names in order, before the extension', () => {
    expect(unique(['a.txt', 'a.txt', 'b.txt', 'a.txt'])).toEqual([
      'a.txt',
      'a (1).txt',
      'b.txt',
      'a (2).txt',
    ]);
  });

  it('ignores case and Unicode composition', () => {
    expect(unique(['A.txt', 'a.TXT'])).toEqual(['A.txt', 'a (1).TXT']);
    expect(unique(['ΟΔΟΣ', 'οδοσ', 'οδος'])).toEqual(['ΟΔΟΣ', 'οδοσ (1)', 'οδος (2)']);
    expect(unique(['STRASSE', 'straße', 'STRAẞE'])).toEqual(['STRASSE', 'straße (1)', 'STRAẞE (2)']);
    expect(unique(['\u00e9', 'e\u0301'])).toEqual(['\u00e9', 'e\u0301 (1)']);
    expect(unique(['J\u030c', '\u01f0'])).toEqual(['J\u030c', '\u01f0 (1)']);
  });

  it.each([
    [
      [['f.txt'], ['f.txt'], ['f (1).txt']],
      ['f.txt', 'f (2).txt', 'f (1).txt'],
    ],
    [
      ['f.txt', 'f.txt', 'f (1).txt'],
      ['f.txt', 'f (2).txt', 'f (1).txt'],
    ],
    [
      [['F.TXT'], ['f.txt'], ['f (1).TXT']],
      ['F.TXT', 'f (2).txt', 'f (1).TXT'],
    ],
    [
      ['f.txt', 'f.txt', 'f (1).txt/x'],
      ['f.txt', 'f (2).txt', 'f (1).txt/x'],
    ],
  ] as [(string | [string])[], string[]][])('numbers %j around names of others', (wanted, names) => {
    expect(unique(wanted)).toEqual(names);
  });

  it.each([
    [
      ['f.txt', ['f.txt']],
      ['f (1).txt', 'f.txt'],
    ],
    [
      ['f.txt', 'f.txt', ['F.txt'], ['f (1).txt']],
      ['f (2).txt', 'f (3).txt', 'F.txt', 'f (1).txt'],
    ],
    [
      ['2026', ['2026/a.txt']],
      ['2026 (1)', '2026/a.txt'],
    ],
    [
      ['2026/a.txt', '2026/b.txt', ['2026']],
      ['2026 (1)/a.txt', '2026 (1)/b.txt', '2026'],
    ],
    [
      ['2026/a.txt', ['2026'], ['2026 (1)/c.txt']],
      ['2026 (2)/a.txt', '2026', '2026 (1)/c.txt'],
    ],
  ] as [(string | [string])[], string[]][])('keeps requested names in %j', (wanted, names) => {
    expect(unique(wanted)).toEqual(names);
  });

  it('keeps the earlier of a file and a folder', () => {
    expect(unique(['2026', '2026/a.txt'])).toEqual(['2026', '2026 (1)/a.txt']);
    expect(unique(['2026/a.txt', '2026'])).toEqual(['2026/a.txt', '2026 (1)']);
    expect(unique(['a', 'a/b', 'a/b/c'])).toEqual(['a', 'a (1)/b', 'a (1)/b (1)/c']);
  });

  it('avoids reserved names, also requested ones', () => {
    expect(unique(['_manifest.json'], ['_manifest.json'])).toEqual(['_manifest (1).json']);
    expect(unique([['_Manifest.json']], ['_manifest.json'])).toEqual(['_Manifest (1).json']);
  });

  it('renames a folder named like a reserved file', () => {
    const names = ['_manifest.json/x', '_MANIFEST.JSON/y/z', '_manifest.json', 'a/_manifest.json/x'];
    expect(unique(names, ['_manifest.json'])).toEqual([
      '_manifest (1).json/x',
      '_manifest (1).json/y/z',
      '_manifest (2).json',
      'a/_manifest.json/x',
    ]);
  });

  it('drops the folders of a name too long to number', () => {
    const long = `${`${'x'.repeat(200)}/`.repeat(5)}${'y'.repeat(15)}.txt`;
    expect(unique([long, long, long])).toEqual([long, `${'y'.repeat(15)}.txt`, `${'y'.repeat(15)} (1).txt`]);
  });

  it.each([
    ['equal names', () => 'photo.jpg'],
    ['names equal where they are cut', (i: number) => `${'x'.repeat(249)}${i % 50_000}`],
    ['names below a file', (i: number) => `a/${i % 50_000}`],
  ])('handles 100,000 %s in linear time', (_, nameOf) => {
    const names = unique(['a', ...Array.from({ length: 100_000 }, (_name, i) => nameOf(i))]);
    expect(new Set(names).size).toBe(100_001);
  });
});
