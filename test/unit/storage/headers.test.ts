import { describe, expect, test } from '@jest/globals';
import { attachment } from '../../../src/storage/content-disposition.js';
import { decodeMetadata, encodeMetadata } from '../../../src/storage/s3/metadata-encoding.js';

describe('Content-Disposition', () => {
  test('has the name twice: for everybody, and in full', () => {
    expect(attachment('photos.zip')).toBe(`attachment; filename="photos.zip"; filename*=UTF-8''photos.zip`);
    expect(attachment('Übersicht 1.zip')).toBe(
      `attachment; filename="_bersicht 1.zip"; filename*=UTF-8''%C3%9Cbersicht%201.zip`,
    );
  });

  test.each(['"; filename="evil.exe', 'a\r\nSet-Cookie: x', '\\', '100%41', "it's (a) *", '\ud800'])(
    'cannot be broken by %j',
    (name) => {
      const value = attachment(name);
      expect(value).toMatch(
        /^attachment; filename="[^"\\%\r\n]*"; filename\*=UTF-8''[A-Za-z0-9!#$&+.^_`|~%-]*$/,
      );
      const decoded = decodeURIComponent(value.split("UTF-8''")[1]!);
      expect(decoded).toBe(Buffer.from(name).toString());
    },
  );
});

describe('metadata', () => {
  test.each(['plain', 'a b', ' a ', '', '100%', '%41', 'ü', '世界🦭', 'a\r\nb', '\0', '“q”', '+&=?#'])(
    '%j survives a header',
    (value) => {
      const encoded = encodeMetadata({ Name: value });
      expect(encoded['name']).toMatch(/^$|^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/);
      expect(decodeMetadata(encoded)).toEqual({ name: value });
    },
  );

  test('that is plain ASCII is stored as it is', () => {
    expect(encodeMetadata({ a: 'b c=d; "e"' })).toEqual({ a: 'b c=d; "e"' });
  });

  test('of other programs is left alone where it is no percent-encoding', () => {
    expect(decodeMetadata({ a: '50% off', b: '%ff', c: 'a%20b' })).toEqual({
      a: '50% off',
      b: '%ff',
      c: 'a b',
    });
    expect(decodeMetadata()).toEqual({});
  });
});
