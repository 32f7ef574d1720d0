import { describe, expect, it } from '@jest/globals';
import { safeEntryName, uniqueNames } from '../../../src/archive/entry-names.js';

describe('safeEntryName', () => {
  it.each([
    ['report.pdf', 'report.pdf'],
    ['2026/report.pdf', '2026/report.pdf'],
    ['../../etc/passwd', 'etc/passwd'],
    ['a/../b.txt', 'a/b.txt'],
    ['/etc/passwd', 'etc/passwd'],
    ['C:\\Windows\\win.ini', 'Windows/win.ini'],
    ['c:evil.txt', 'evil.txt'],
    ['\\\\server\\share\\x.txt', 'server/share/x.txt'],
    ['a\u0000b.txt', 'a_b.txt'],
    ['line\nbreak.txt', 'line_break.txt'],
    ['what?.txt', 'what_.txt'],
    ['CON', '_CON'],
    ['nul.txt', '_nul.txt'],
    ['folder/aux.tar.gz', 'folder/_aux.tar.gz'],
    ['trailing. . .', 'trailing'],
    ['  spaced name.txt  ', 'spaced name.txt'],
    ['\u202Egpj.exe', '_gpj.exe'],
    ['a\u2066b\u2069/\u200ec\u200f\u061c.txt', 'a_b_/_c__.txt'],
    ['a\u200bb\u2060c\ufeff.txt', 'a_b_c_.txt'],
    ['👨\u200d👩\u200d👧/می\u200cخواهم.txt', '👨\u200d👩\u200d👧/می\u200cخواهم.txt'],
    ['a\\b\\..\\c.txt', 'a/b/c.txt'],
    ['COM1.txt/lpt9', '_COM1.txt/_lpt9'],
    ['e\u0301te\u0301.txt', '\u00e9t\u00e9.txt'],
    ['日本語 🎉.txt', '日本語 🎉.txt'],
    ['', 'file'],
    ['..', 'file'],
    ['///', 'file'],
    ['a\ud800.txt', 'a\ufffd.txt'],
  ])('converts %j to %j', (raw, safe) => {
    expect(safeEntryName(raw)).toBe(safe);
  });

  it('shortens a name between characters, keeping the extension', () => {
    const name = safeEntryName(`${'é'.repeat(300)}.jpeg`);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
    expect(name).toMatch(/^é+\.jpeg$/);
  });

  it('keeps only the file name of a deep path', () => {
    expect(safeEntryName(`${'folder/'.repeat(300)}a.txt`)).toBe('a.txt');
  });

  it('is idempotent', () => {
    for (const raw of ['../a:b', 'CON. ', '...', 'x/./y', '\u202E/..\\', `${'.'.repeat(400)}a`]) {
      const once = safeEntryName(raw);
      expect(safeEntryName(once)).toBe(once);
    }
  });
});

describe('uniqueNames', () => {
  it('numbers equal names in order, before the extension', () => {
    expect(uniqueNames(['a.txt', 'a.txt', 'b.txt', 'a.txt'])).toEqual([
      'a.txt',
      'a (1).txt',
      'b.txt',
      'a (2).txt',
    ]);
  });

  it('ignores case and Unicode composition', () => {
    expect(uniqueNames(['A.txt', 'a.TXT'])).toEqual(['A.txt', 'a (1).TXT']);
    expect(uniqueNames(['ΟΔΟΣ', 'οδοσ', 'οδος'])).toEqual(['ΟΔΟΣ', 'οδοσ (1)', 'οδος (2)']);
    expect(uniqueNames(['STRASSE', 'straße', 'STRAẞE'])).toEqual(['STRASSE', 'straße (1)', 'STRAẞE (2)']);
    expect(uniqueNames(['\u00e9', 'e\u0301'])).toEqual(['\u00e9', 'e\u0301 (1)']);
  });

  it('skips a number that another file has already', () => {
    const names = uniqueNames(['a.txt', 'a.txt', 'a (1).txt']);
    expect(new Set(names).size).toBe(3);
  });

  it('renames a file named like a folder', () => {
    expect(uniqueNames(['2026', '2026/a.txt'])).toEqual(['2026 (1)', '2026/a.txt']);
  });

  it('avoids reserved names', () => {
    expect(uniqueNames(['_manifest.json'], ['_manifest.json'])).toEqual(['_manifest (1).json']);
  });

  it('renames a folder named like a reserved file', () => {
    const names = ['_manifest.json/x', '_MANIFEST.JSON/y/z', '_manifest.json', 'a/_manifest.json/x'];
    expect(uniqueNames(names, ['_manifest.json'])).toEqual([
      '_manifest (1).json/x',
      '_MANIFEST (1).JSON/y/z',
      '_manifest (2).json',
      'a/_manifest.json/x',
    ]);
  });

  it('numbers before a compound extension', () => {
    expect(uniqueNames(['a.tar.gz', 'a.tar.gz'])).toEqual(['a.tar.gz', 'a (1).tar.gz']);
  });

  it('numbers 100,000 equal names in linear time', () => {
    const names = uniqueNames(Array.from({ length: 100_000 }, () => 'photo.jpg'));
    expect(new Set(names).size).toBe(100_000);
  });
});
