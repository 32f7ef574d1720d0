import { describe, expect, it } from '@jest/globals';
import { type ErrorCode, errorCodeOf, LonghaulError } from '../../../src/contract/errors.js';
import type { Catalogue, CatalogueEntry } from '../../../src/source/catalogue/catalogue.js';
import type { FileSource, FoundFile } from '../../../src/source/file-source.js';
import { SourceLookup } from '../../../src/lookup/check-file.js';

const FOUND: FoundFile = {
  size: 5,
  contentType: null,
  name: 'a.txt',
  crc32: null,
  source: { kind: 'object', key: 'downloads/70000', etag: '"1"' },
};

/** Says the same of every id. */
function catalogueOf(outcome: CatalogueEntry['outcome']): Catalogue {
  const location = { kind: 'object' as const, keys: ['downloads/70000'] };
  return {
    resolve: async (_userId, fileIds) =>
      fileIds.map((fileId) =>
        outcome === 'found' ? { fileId, outcome, location, name: null } : { fileId, outcome },
      ),
  };
}

function sourceOf(find: () => Promise<FoundFile>): FileSource {
  return { find, open: () => Promise.reject(new Error('nothing is to be read')) };
}

const failing = (code: ErrorCode) => sourceOf(() => Promise.reject(new LonghaulError(code, 'no')));

describe('looking one file up', () => {
  it('tells key and size of a file that is there', async () => {
    const lookup = new SourceLookup(
      catalogueOf('found'),
      sourceOf(async () => FOUND),
    );
    expect(await lookup.lookUp('user', 70_000)).toEqual({ key: 'downloads/70000', size: 5 });
  });

  it.each(['missing', 'forbidden'] as const)(
    'tells nothing when the catalogue says %s, and asks no store',
    async (outcome) => {
      const lookup = new SourceLookup(catalogueOf(outcome), failing('INTERNAL_ERROR'));
      expect(await lookup.lookUp('user', 70_000)).toBeUndefined();
    },
  );

  it.each(['FILE_NOT_FOUND', 'FILE_FORBIDDEN', 'FILE_CHANGED', 'FILE_UNREADABLE', 'FILE_TOO_LARGE'] as const)(
    'tells nothing when the source says %s: a job would find the file missing',
    async (code) => {
      expect(
        await new SourceLookup(catalogueOf('found'), failing(code)).lookUp('user', 70_000),
      ).toBeUndefined();
    },
  );

  it('passes on that the store has trouble', async () => {
    const looked = new SourceLookup(catalogueOf('found'), failing('STORAGE_UNAVAILABLE')).lookUp(
      'user',
      70_000,
    );
    expect(await looked.catch(errorCodeOf)).toBe('STORAGE_UNAVAILABLE');
  });
});
