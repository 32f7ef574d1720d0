import { folderOf } from '../../storage/keys.js';
import type { ListedObject, ListedUpload } from '../../storage/object-store.js';
import type { JobState } from './job-lookup.js';

const HOUR_MS = 3_600_000;

/**
 * How old something must be that nobody owns. An attempt that has ended may still have a request on its way, and the
 * store's clock may go wrong by some minutes.
 */
const LEFTOVER_MS = HOUR_MS;
const ORPHANED_UPLOAD_MS = 24 * HOUR_MS;

/**
 * Which of a job's objects nobody needs any more.
 * @param now milliseconds since the epoch.
 * @param ttlMs the TTL for jobs that told none.
 */
export function expiredObjects(
  fate: JobState,
  objects: readonly ListedObject[],
  now: number,
  ttlMs: number,
): readonly ListedObject[] {
  const leftovers = objects.filter(({ lastModified }) => lastModified.getTime() < now - LEFTOVER_MS);
  switch (fate.state) {
    case 'running':
      return [];
    case 'dead':
      return leftovers;
    case 'unknown': {
      const newest = Math.max(...objects.map(({ lastModified }) => lastModified.getTime()));
      return newest < now - ttlMs ? objects : [];
    }
    case 'completed': {
      const expiresAt = fate.completedAt + (fate.ttlMs ?? ttlMs);
      // What is newer than that, somebody has a use for that we do not know.
      if (now >= expiresAt) return objects.filter(({ lastModified }) => lastModified.getTime() <= expiresAt);
      const { archiveKey } = fate;
      if (archiveKey === null) return [];
      return leftovers.filter(({ key }) => folderOf(key) !== folderOf(archiveKey));
    }
  }
}

/** Whether an upload that began or was last heard of at `since` will never be completed. */
export function isStaleUpload(fate: JobState, { since }: ListedUpload, now: number): boolean {
  if (fate.state === 'unknown') return since.getTime() < now - ORPHANED_UPLOAD_MS;
  return fate.state !== 'running';
}
