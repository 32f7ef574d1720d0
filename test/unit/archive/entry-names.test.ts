import { describe, expect, it } from '@jest/globals';
import { numberedName, safeEntryName } from '../../../src/archive/entry-names.js';

describe('safeEntryName', () => {
  it.each([
    ['report.pdf', 'report.pdf'],
    ['2026/report.pdf', '2026/report.pdf'],
    ['../../etc/passwd', 'etc/passwd'],
    ['a/../b.txt', 'a/b.txt'],
    ['/etc/passwd', 'etc/passwd'],
    ['C:\\Windows\\win.ini', 'Windows/win.ini'],
    ['c:/evil.txt', 'evil.txt'],
    ['c:evil.txt', 'c_evil.txt'],
    ['Q: what now.pdf', 'Q_ what now.pdf'],
    ['C:', 'C_'],
    ['a/C:/b.txt', 'a/C_/b.txt'],
    ['C:\\..\\..\\x.txt', 'x.txt'],
    ['..\\..\\x.txt', 'x.txt'],
    ['a/.. /.../b.txt', 'a/b.txt'],
    ['\\\\server\\share\\x.txt', 'server/share/x.txt'],
    ['a\u0000b.txt', 'a_b.txt'],
    ['line\nbreak.txt', 'line_break.txt'],
    ['what?.txt', 'what_.txt'],
    ['CON', '_CON'],
    ['nul.txt', '_nul.txt'],
    ['folder/aux.tar.gz', 'folder/_aux.tar.gz'],
    ['con .txt', '_con .txt'],
    ['com1 .log', '_com1 .log'],
    ['nul .', '_nul'],
    ['con.', '_con'],
    ['Lpt3   .a.b', '_Lpt3   .a.b'],
    ['com¹', '_com¹'],
    ['aux\u3000.txt', '_aux\u3000.txt'],
    ['conin$', '_conin$'],
    ['CONOUT$.txt', '_CONOUT$.txt'],
    ['prn /x', '_prn/x'],
    ['console.txt', 'console.txt'],
    ['com10.txt', 'com10.txt'],
    ['.gitignore', '.gitignore'],
    ['.con', '.con'],
    ['..hidden', '..hidden'],
    ['a .txt', 'a .txt'],
    ['a..txt', 'a..txt'],
    ['   .txt', '.txt'],
    ['trailing. . .', 'trailing'],
    ['trailing\u00a0. ', 'trailing'],
    ['folder. /x', 'folder/x'],
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

  it.each([
    ['a device name before blanks', `com1${' '.repeat(300)}x.txt`, '_com1.txt'],
    ['a device name before dots', `con.${'a'.repeat(300)}`, `_con.${'a'.repeat(250)}`],
    ['dots at the cut', `a${'.'.repeat(300)} b`, 'a'],
    ['blanks at the cut', `a${' '.repeat(300)}b`, 'a'],
    ['a long extension', `a.${'b'.repeat(300)}`, `a.${'b'.repeat(253)}`],
    ['emoji', `${'🎉'.repeat(100)}.txt`, `${'🎉'.repeat(62)}.txt`],
  ])('shortens %s to a safe name', (_, raw, safe) => {
    expect(safeEntryName(raw)).toBe(safe);
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

describe('numberedName', () => {
  it.each([
    ['a.txt', 'a (7).txt'],
    ['a.tar.gz', 'a (7).tar.gz'],
    ['folder/a', 'folder/a (7)'],
    ['.gitignore', '.gitignore (7)'],
    [`${'x'.repeat(251)}.txt`, `${'x'.repeat(239)} (7).txt`],
    [`_com1${'.'.repeat(248)}x`, '_com1 (7).x'],
  ])('numbers %j', (name, numbered) => {
    expect(numberedName(name, 7)).toBe(numbered);
  });
});
