import type { DownloadJob, JobPolicy } from '../contract/job.js';

/** Makes the next run of a job: the request as it was, accepted now and so under the settings of now. */
export function retriedJob(job: DownloadJob, policy: JobPolicy, now: number): DownloadJob {
  return { ...job, policy, createdAt: new Date(now).toISOString(), isRetry: true };
}
