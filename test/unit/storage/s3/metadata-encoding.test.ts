import { describe, expect, it } from '@jest/globals';
import { decodeMetadata, encodeMetadata } from '../../../../src/storage/s3/metadata-encoding.js';

describe('metadata encoding', () => {
  it.each([
    'plain',
    'a b',
    ' a ',
    '',
    '100%',
    '%41',
    'ü',
    '世界🦭',
    'a\r\nb',
    '\0',
    '“q”',
    '+&=?#',
    '=?UTF-8?Q?a?=',
    '100%25',
  ])('round-trips %j through a header', (value) => {
    const encoded = encodeMetadata({ Name: value });
    expect(encoded['name']).toMatch(/^$|^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/);
    expect(decodeMetadata(encoded)).toEqual({ name: value });
  });

  it('leaves plain ASCII unchanged', () => {
    expect(encodeMetadata({ a: 'b c=d; "e"' })).toEqual({ a: 'b c=d; "e"' });
  });

  it.each([
    ['a word', '=?UTF-8?Q?caf=C3=A9_menu.txt?=', 'café menu.txt'],
    ['a word in base64', '=?utf-8?b?w7xiZXIudHh0?=', 'über.txt'],
    ['folded words', '=?UTF-8?Q?caf?=\r\n =?UTF-8?Q?=C3=A9.txt?=', 'café.txt'],
    ['words that split a character', '=?UTF-8?Q?caf=C3?= =?UTF-8?Q?=A9.txt?=', 'café.txt'],
    ['a word beside text', 'a =?UTF-8?Q?=C3=BC?= b', 'a ü b'],
    ['another character set', '=?ISO-8859-1?Q?caf=E9?=', 'café'],
    ['a word with percent signs', '=?UTF-8?Q?100%25_=C3=BC.txt?=', '100%25 ü.txt'],
    ['an unfinished word', '=?UTF-8?Q?a', '=?UTF-8?Q?a'],
    ['raw UTF-8', Buffer.from('über 日本.txt').toString('latin1'), 'über 日本.txt'],
    ['raw Latin-1', 'caf\u00e9.txt', 'café.txt'],
    ['percent-encoded percent signs', '100%2525.txt', '100%25.txt'],
  ])('decodes %s once', (_, header, value) => {
    expect(decodeMetadata({ filename: header })).toEqual({ filename: value });
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
