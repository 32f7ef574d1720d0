import { describe, expect, it } from '@jest/globals';
import { decodeMetadata, encodeMetadata } from '../../../../src/storage/s3/metadata-encoding.js';

describe('metadata encoding', () => {
  it.each(['plain', 'a b', ' a ', '', '100%', '%41', 'ü', '世界🦭', 'a\r\nb', '\0', '“q”', '+&=?#'])(
    'round-trips %j through a header',
    (value) => {
      const encoded = encodeMetadata({ Name: value });
      expect(encoded['name']).toMatch(/^$|^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/);
      expect(decodeMetadata(encoded)).toEqual({ name: value });
    },
  );

  it('leaves plain ASCII unchanged', () => {
    expect(encodeMetadata({ a: 'b c=d; "e"' })).toEqual({ a: 'b c=d; "e"' });
  });

  it('decodes only valid percent-encoding of other programs', () => {
    expect(decodeMetadata({ a: '50% off', b: '%ff', c: 'a%20b' })).toEqual({
      a: '50% off',
      b: '%ff',
      c: 'a b',
    });
    expect(decodeMetadata()).toEqual({});
  });
});
