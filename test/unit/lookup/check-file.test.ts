import { describe, expect, it } from '@jest/globals';
import { type ErrorCode, errorCodeOf, LonghaulError } from '../../../src/contract/errors.js';
import { FILE_FAULTS } from '../../../src/contract/file-faults.js';
import type { Catalogue } from '../../../src/source/catalogue/catalogue.js';
import type { FileSource, FoundFile } from '../../../src/source/file-source.js';
import { FileCheck } from '../../../src/lookup/check-file.js';

const FOUND: FoundFile = {
  size: 5,
  contentType: null,
  name: 'a.txt',
  crc32: null,
  modifiedAt: null,
  source: { kind: 'object', key: 'downloads/70000', etag: '"1"' },
};

/** Returns the same outcome for every id. */
function catalogueOf(outcome: 'found' | 'missing' | 'forbidden'): Catalogue {
  const location = { kind: 'object' as const, keys: ['downloads/70000'] };
  return {
    resolve: async (_userId, fileIds) =>
      fileIds.map((fileId) =>
        outcome === 'found' ? { fileId, outcome, location, name: null } : { fileId, outcome },
      ),
  };
}

function sourceOf(find: () => Promise<FoundFile>): FileSource {
  return { find, open: () => Promise.reject(new Error('unexpected read')) };
}

const failing = (code: ErrorCode) => sourceOf(() => Promise.reject(new LonghaulError(code, 'no')));

describe('FileCheck', () => {
  it('returns key and size of an existing file', async () => {
    const check = new FileCheck({ catalogue: catalogueOf('found'), source: sourceOf(async () => FOUND) });
    expect(await check.lookUp('user', 70_000)).toEqual({ key: 'downloads/70000', size: 5 });
  });

  it.each(['missing', 'forbidden'] as const)(
    'returns undefined for a file the catalogue calls %s',
    async (outcome) => {
      const check = new FileCheck({ catalogue: catalogueOf(outcome), source: failing('INTERNAL_ERROR') });
      expect(await check.lookUp('user', 70_000)).toBeUndefined();
    },
  );

  it.each([...FILE_FAULTS])('returns undefined when the source throws %s', async (code) => {
    const check = new FileCheck({ catalogue: catalogueOf('found'), source: failing(code) });
    expect(await check.lookUp('user', 70_000)).toBeUndefined();
  });

  it('propagates STORAGE_UNAVAILABLE', async () => {
    const check = new FileCheck({ catalogue: catalogueOf('found'), source: failing('STORAGE_UNAVAILABLE') });
    expect(await check.lookUp('user', 70_000).catch(errorCodeOf)).toBe('STORAGE_UNAVAILABLE');
  });
});
