import type { FilesEstimate } from '../contract/http/estimate.js';
import type { DownloadJob } from '../contract/types.js';

/** Says what would become of a download. */
export interface Estimator {
  /** @throws LonghaulError when catalogue or store do not answer, and the signal's reason. */
  estimate(job: DownloadJob, signal: AbortSignal): Promise<FilesEstimate>;
}
