import { describe, expect, it } from '@jest/globals';
import { Health } from '../../../src/api/health.js';
import { storeError, type StoreErrorCode } from '../../../src/storage/store-errors.js';

describe('Health', () => {
  it.each<[StoreErrorCode, string]>([
    ['STORAGE_FULL', 'out of disk space'],
    ['STORAGE_UNAVAILABLE', 'not reachable'],
  ])('reports %s as %s', async (code, outcome) => {
    const health = new Health({
      storage: () => Promise.reject(storeError(code, new Error('cause'))),
      worker: () => Promise.reject(new Error('no worker')),
      temporal: async () => {},
    });
    expect(await health.report()).toEqual({
      status: 'unhealthy',
      checks: { storage: outcome, worker: 'not reachable', temporal: 'ok' },
    });
  });
});
