import { describe, expect, it } from '@jest/globals';
import { attachment } from '../../../src/storage/content-disposition.js';

describe('attachment', () => {
  it('contains the name in ASCII and in UTF-8', () => {
    expect(attachment('photos.zip')).toBe(`attachment; filename="photos.zip"; filename*=UTF-8''photos.zip`);
    expect(attachment('Übersicht 1.zip')).toBe(
      `attachment; filename="_bersicht 1.zip"; filename*=UTF-8''%C3%9Cbersicht%201.zip`,
    );
  });

  it.each(['"; filename="evil.exe', 'a\r\nSet-Cookie: x', '\\', '100%41', "it's (a) *", '\ud800'])(
    'escapes %j',
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
