import { describe, expect, it } from '@jest/globals';
import { nameOfObject } from '../../../../src/source/objects/object-name.js';

function nameOf(changes: Partial<Parameters<typeof nameOfObject>[0]>): string {
  return nameOfObject({ key: 'downloads/70000.zip', contentDisposition: null, metadata: {}, ...changes });
}

describe('the name of an object', () => {
  it.each([
    ['report.pdf', 'report.pdf'],
    ['%C3%BCber%20%E6%97%A5%E6%9C%AC.txt', 'über 日本.txt'],
    ['2026%2Freport.pdf', '2026/report.pdf'],
    ['100%25.txt', '100%.txt'],
    ['a+b.txt', 'a+b.txt'],
    ['über.txt', 'über.txt'],
  ])('is its filename metadata, percent-decoded: %s', (filename, name) => {
    expect(nameOf({ metadata: { filename } })).toBe(name);
  });

  it.each(['100% sure.txt', '50%', '%E4.txt', '%zz%20.txt'])(
    'is the metadata as it stands when a stray %% shows that nothing was encoded: %s',
    (filename) => {
      expect(nameOf({ metadata: { filename } })).toBe(filename);
    },
  );

  it('is the metadata before the Content-Disposition', () => {
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
    ['percent signs, which RFC 6266 leaves alone', 'attachment; filename="a%20b.txt"', 'a%20b.txt'],
    ['the extended form', "attachment; filename*=UTF-8''%e2%82%ac%20rates.txt", '€ rates.txt'],
    ['the extended form with a language', "attachment; filename*=utf-8'de'%C3%BCber.txt", 'über.txt'],
    [
      'the extended form before the plain one',
      `attachment; filename="EURO rates"; filename*=UTF-8''%e2%82%ac%20rates`,
      '€ rates',
    ],
    [
      'the extended form, which may come first',
      `attachment; filename*=UTF-8''%e2%82%ac%20rates; filename="EURO rates"`,
      '€ rates',
    ],
    [
      'the plain form beside a character set nobody uses',
      `attachment; filename="plain.txt"; filename*=ISO-8859-1''%A3.txt`,
      'plain.txt',
    ],
  ])('comes from %s', (_, contentDisposition, name) => {
    expect(nameOf({ contentDisposition })).toBe(name);
  });

  it.each([null, '', 'attachment', 'attachment; filename=""', 'inline; name="a.txt"'])(
    'is the last segment of the key when the Content-Disposition is %j',
    (contentDisposition) => {
      expect(nameOf({ contentDisposition })).toBe('70000.zip');
    },
  );

  it('is the next source of names when the metadata is empty', () => {
    const contentDisposition = 'attachment; filename="a.txt"';
    expect(nameOf({ metadata: { filename: '' }, contentDisposition })).toBe('a.txt');
    expect(nameOf({ metadata: { filename: '' } })).toBe('70000.zip');
  });

  it('is the whole key when that has no folders', () => {
    expect(nameOf({ key: 'photo.jpg' })).toBe('photo.jpg');
  });
});
