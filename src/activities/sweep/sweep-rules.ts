import { folderOf, PROBE_PREFIX, REMEMBERED_MS } from '../../storage/keys.js';
import type { ListedObject, ListedUpload } from '../../storage/object-store.js';
import type { JobState } from './job-lookup.js';

const HOUR_MS = 3_600_000;

/**
 * Minimum age of an object without an owner. An attempt that has ended may still have a request in flight, and the
 * store's clock may be off by some minutes.
 */
const LEFTOVER_MS = HOUR_MS;
const ORPHANED_UPLOAD_MS = 24 * HOUR_MS;

/**
 * Selects the objects of a job to delete.
 * @param now Milliseconds since the epoch.
 * @param ttlMs TTL of jobs whose own TTL is unknown.
 */
export function expiredObjects(
  job: JobState,
  objects: readonly ListedObject[],
  now: number,
  ttlMs: number,
): readonly ListedObject[] {
  const leftovers = objects.filter(({ lastModified }) => lastModified.getTime() < now - LEFTOVER_MS);
  switch (job.state) {
    case 'running':
      return [];
    case 'dead':
      return leftovers;
    case 'unknown': {
      const newest = Math.max(...objects.map(({ lastModified }) => lastModified.getTime()));
      return newest < now - ttlMs ? objects : [];
    }
    case 'completed': {
      const expiresAt = job.completedAt + (job.ttlMs ?? ttlMs);
      // Keep objects newer than the expiry: their owner is unknown.
      if (now >= expiresAt) return objects.filter(({ lastModified }) => lastModified.getTime() <= expiresAt);
      const { archiveKey } = job;
      if (archiveKey === null) return [];
      return leftovers.filter(({ key }) => folderOf(key) !== folderOf(archiveKey));
    }
  }
}

/** Returns true for a remembered checksum, or for what a probe left, that is too old. */
export function isForgotten({ lastModified }: ListedObject, now: number): boolean {
  return lastModified.getTime() < now - REMEMBERED_MS;
}

/** Returns true when an upload that started, or last received data, at `since` will never be completed. */
export function isStaleUpload(job: JobState, { since }: ListedUpload, now: number): boolean {
  if (job.state === 'unknown') return since.getTime() < now - ORPHANED_UPLOAD_MS;
  return job.state !== 'running';
}

/** Returns true when an upload of a probe will never be completed. */
export function isStaleProbe({ key, since }: ListedUpload, now: number): boolean {
  return key.startsWith(PROBE_PREFIX) && since.getTime() < now - ORPHANED_UPLOAD_MS;
}
