import type { RemoveArtifactsInput } from '../contract/activities.js';
import { runPrefix } from '../storage/keys.js';
import type { ActivityContext } from './as-activity.js';
import { deletePrefix } from './delete-prefix.js';
import type { ActivityDependencies } from './dependencies.js';
import type { SegmentDependencies } from './segments/dependencies.js';

/**
 * Deletes only the artifacts of this run, because a new run of the same job may already be writing.
 * @see DownloadActivities.removeArtifacts
 */
export async function removeArtifacts(
  deps: ActivityDependencies | SegmentDependencies,
  { jobId, uploads = [] }: RemoveArtifactsInput,
  { runId, signal }: ActivityContext,
): Promise<void> {
  const { store } = deps;
  const prefix = runPrefix(jobId, runId);
  // By their ids too, because MinIO lists no uploads below a prefix.
  if ('engine' in deps) await Promise.all(uploads.map((upload) => deps.store.openUpload(upload).abort()));
  await store.abortUploads(prefix, signal);
  await deletePrefix(store, prefix, signal);
}
