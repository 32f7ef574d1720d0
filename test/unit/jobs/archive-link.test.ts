import { describe, expect, it } from '@jest/globals';
import { archiveLink } from '../../../src/jobs/archive-link.js';
import { queuedSnapshot } from '../../../src/contract/queued-snapshot.js';
import type { JobSnapshot } from '../../../src/contract/snapshot.js';
import type { LinkOptions } from '../../../src/storage/object-store.js';
import { aJob } from '../../support/jobs.js';

const COMPLETED_AT = Date.parse('2026-03-01T12:00:00Z');
const snapshot: JobSnapshot = {
  ...queuedSnapshot(aJob({ policy: { ttlMs: 600_000 } })),
  status: 'completed',
  completedAt: new Date(COMPLETED_AT).toISOString(),
  archive: { name: 'a.zip', size: 1, contentType: 'application/zip', checksum: '', files: 1, skipped: 0 },
  archiveKey: 'key',
};

const OPTIONS = { ttlSeconds: 300, baseUrl: 'http://here' };

describe('archiveLink', () => {
  it.each([
    [0, 300],
    [300_000, 300],
    [300_001, 299],
    [598_000, 2],
    [599_999, 1],
  ])('signs %d ms after completion for %d s', async (ms, seconds) => {
    let given: LinkOptions | undefined;
    const signer = {
      signedLink: async (_key: string, options: LinkOptions) => {
        given = options;
        return '/v1/objects/token';
      },
    };
    const link = await archiveLink(signer, snapshot, OPTIONS, COMPLETED_AT + ms);
    expect(link).toBe('http://here/v1/objects/token');
    expect(given?.expiresInSeconds).toBe(seconds);
  });
});
