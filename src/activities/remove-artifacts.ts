import { runPrefix } from '../storage/keys.js';
import type { ActivityContext } from './as-activity.js';
import { deletePrefix } from './delete-prefix.js';
import type { ActivityDependencies } from './dependencies.js';

/**
 * Deletes only the artifacts of this run, because a new run of the same job may already be writing.
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
