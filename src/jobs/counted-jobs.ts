import type { DownloadJob } from '../contract/job.js';
import type { Jobs } from './jobs.js';

/** Jobs that report each accepted start which is not a replay. */
export function countedJobs(jobs: Jobs, onAccepted: (job: DownloadJob) => void): Jobs {
  return {
    start: async (job, deadline) => {
      const accepted = await jobs.start(job, deadline);
      if (!accepted.replayed) onAccepted(job);
      return accepted;
    },
    view: (jobId) => jobs.view(jobId),
    cancel: (jobId) => jobs.cancel(jobId),
    files: (jobId, offset, limit) => jobs.files(jobId, offset, limit),
  };
}
