import { runPrefix } from '../storage/keys.js';
import type { ActivityContext } from './as-activity.js';
import { deletePrefix } from './delete-prefix.js';
import type { ActivityDependencies } from './dependencies.js';

/**
 * Only what this run has written: should it wake up late, a new run of the same job may have begun to write.
 * @see DownloadActivities.removeArtifacts
 */
export async function removeArtifacts(
  { store }: ActivityDependencies,
  { jobId }: { jobId: string },
  { runId, signal }: ActivityContext,
): Promise<void> {
  const prefix = runPrefix(jobId, runId);
  await store.abortUploads(prefix, signal);
  await deletePrefix(store, prefix, signal);
}
