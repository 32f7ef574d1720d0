import { describe, expect, it } from '@jest/globals';
import { splitName } from '../../../../../clients/src/cli/request/formats.js';

describe('splitName', () => {
  it.each([
    ['photos.zip', { stem: 'photos', format: 'zip' }],
    ['Photos.TGZ', { stem: 'Photos', format: 'tar.gz' }],
    ['photos.tar.gz', { stem: 'photos', format: 'tar.gz' }],
    ['photos.2026', { stem: 'photos.2026' }],
  ])('splits %s', (name, parts) => {
    expect(splitName(name)).toEqual(parts);
  });

  it.each(['photos.rar', 'photos.7z', 'photos.tar.xz', 'photos.tbz2', 'photos.gz'])(
    'refuses %s, which would not open',
    (name) => {
      expect(() => splitName(name)).toThrow(/is not built. End the name with .zip, .tar, .tar.gz, .tgz/);
    },
  );
});
