import { jobPrefix } from '../storage/keys.js';
import { deletePrefix } from './delete-prefix.js';
import type { ActivityDependencies } from './index.js';

/** @see DownloadActivities.removeArtifacts */
export async function removeArtifacts(
  { store }: ActivityDependencies,
  { jobId }: { jobId: string },
): Promise<void> {
  const prefix = jobPrefix(jobId);
  await store.abortUploads(prefix);
  await deletePrefix(store, prefix);
}
