import { describe, expect, it } from '@jest/globals';
import { nameOfObject } from '../../../../src/source/objects/object-name.js';

function nameOf(changes: Partial<Parameters<typeof nameOfObject>[0]>): string {
  return nameOfObject({ key: 'downloads/70000.zip', contentDisposition: null, metadata: {}, ...changes });
}

describe('nameOfObject', () => {
  it.each([
    ['report.pdf', 'report.pdf'],
    ['%C3%BCber%20%E6%97%A5%E6%9C%AC.txt', 'über 日本.txt'],
    ['2026%2Freport.pdf', '2026/report.pdf'],
    ['100%25.txt', '100%.txt'],
    ['a+b.txt', 'a+b.txt'],
    ['über.txt', 'über.txt'],
  ])('decodes the filename metadata: %s', (filename, name) => {
    expect(nameOf({ metadata: { filename } })).toBe(name);
  });

  it.each(['100% sure.txt', '50%', '%E4.txt', '%zz%20.txt'])(
    'keeps metadata with a stray %%: %s',
    (filename) => {
      expect(nameOf({ metadata: { filename } })).toBe(filename);
    },
  );

  it('prefers metadata to Content-Disposition', () => {
    const contentDisposition = 'attachment; filename="disposition.txt"';
    expect(nameOf({ metadata: { filename: 'metadata.txt' }, contentDisposition })).toBe('metadata.txt');
  });

  it.each([
    ['a bare token', 'attachment; filename=report.pdf', 'report.pdf'],
    ['a bare token before another parameter', 'attachment; filename=a.txt; size=3', 'a.txt'],
    ['a quoted text', 'attachment; filename="my report.pdf"', 'my report.pdf'],
    ['quoted pairs', String.raw`attachment; filename="a \"b\" \\ c.txt"`, String.raw`a "b" \ c.txt`],
    ['a semicolon within quotes', 'attachment; filename="a;b.txt"', 'a;b.txt'],
    ['an inline disposition', 'inline; filename="a.txt"', 'a.txt'],
    ['another case and blanks', 'ATTACHMENT;  FileName = "a.txt"', 'a.txt'],
    ['percent signs, which RFC 6266 does not decode', 'attachment; filename="a%20b.txt"', 'a%20b.txt'],
    ['the extended form', "attachment; filename*=UTF-8''%e2%82%ac%20rates.txt", '€ rates.txt'],
    ['the extended form with a language', "attachment; filename*=utf-8'de'%C3%BCber.txt", 'über.txt'],
    [
      'the extended form before the plain one',
      `attachment; filename="EURO rates"; filename*=UTF-8''%e2%82%ac%20rates`,
      '€ rates',
    ],
    [
      'the extended form when it comes first',
      `attachment; filename*=UTF-8''%e2%82%ac%20rates; filename="EURO rates"`,
      '€ rates',
    ],
    [
      'the plain form beside an unsupported character set',
      `attachment; filename="plain.txt"; filename*=ISO-8859-1''%A3.txt`,
      'plain.txt',
    ],
  ])('reads Content-Disposition: %s', (_, contentDisposition, name) => {
    expect(nameOf({ contentDisposition })).toBe(name);
  });

  it.each([null, '', 'attachment', 'attachment; filename=""', 'inline; name="a.txt"'])(
    'uses the last key segment for Content-Disposition %j',
    (contentDisposition) => {
      expect(nameOf({ contentDisposition })).toBe('70000.zip');
    },
  );

  it('skips empty metadata', () => {
    const contentDisposition = 'attachment; filename="a.txt"';
    expect(nameOf({ metadata: { filename: '' }, contentDisposition })).toBe('a.txt');
    expect(nameOf({ metadata: { filename: '' } })).toBe('70000.zip');
  });

  it('uses the whole key without folders', () => {
    expect(nameOf({ key: 'photo.jpg' })).toBe('photo.jpg');
  });
});
