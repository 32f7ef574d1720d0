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

const DAY_MS = 24 * 3_600_000;

const secondsOf = async (job: JobSnapshot, now: number) => {
  let seconds: number | undefined;
  const signer = {
    signedLink: async (_key: string, options: LinkOptions) => {
      seconds = options.expiresInSeconds;
      return '/v1/objects/token';
    },
  };
  expect(await archiveLink(signer, job, OPTIONS, now)).toBe('http://here/v1/objects/token');
  return seconds;
};

describe('archiveLink', () => {
  it.each([
    [0, 300],
    [300_000, 300],
    [300_001, 299],
    [598_000, 2],
    [599_999, 1],
  ])('signs %d ms after completion for %d s', async (ms, seconds) => {
    expect(await secondsOf(snapshot, COMPLETED_AT + ms)).toBe(seconds);
  });

  it.each([
    [1, 300],
    [75 * 1_024 * 1_024, 300],
    [75 * 1_024 * 1_024 + 1, 301],
    [20_000_000_000, 76_294],
    [1_000_000_000_000, 7 * 24 * 3_600],
  ])('signs an archive of %d bytes for %d s', async (size, seconds) => {
    const job = { ...snapshot, ttlMs: 30 * DAY_MS, archive: { ...snapshot.archive!, size } };
    expect(await secondsOf(job, COMPLETED_AT)).toBe(seconds);
    expect(await secondsOf(job, COMPLETED_AT + 30 * DAY_MS - 10_000)).toBe(10);
  });
});
