import type { PublishArchiveInput } from '../contract/activities.js';
import { LonghaulError } from '../contract/errors.js';
import { folderOf, runPrefix } from '../storage/keys.js';
import type { ActivityContext } from './as-activity.js';
import { deletePrefix } from './delete-prefix.js';
import type { ActivityDependencies } from './dependencies.js';

/** @see DownloadActivities.publishArchive */
export async function publishArchive(
  { store }: ActivityDependencies,
  { jobId, key, size }: PublishArchiveInput,
  { runId, signal, attempt }: ActivityContext,
): Promise<{ attempt: number }> {
  const stored = await store.head(key, signal).catch((error: unknown) => {
    if (error instanceof LonghaulError && error.code === 'FILE_NOT_FOUND') return { size: null };
    throw error;
  });
  if (stored.size !== size) {
    throw new LonghaulError(
      'ARCHIVE_INCOMPLETE',
      `The object store holds ${stored.size ?? 'no'} bytes of the archive instead of ${size}. Try again.`,
    );
  }
  // Of this run only, because a later run of the same job may already be writing. The sweep deletes what earlier ones left.
  const prefix = runPrefix(jobId, runId);
  const published = folderOf(key);
  await store.abortUploads(prefix, signal);
  await deletePrefix(store, prefix, signal, (other) => folderOf(other) !== published);
  return { attempt };
}
