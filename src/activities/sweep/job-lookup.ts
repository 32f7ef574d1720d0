/** What has become of a job, as far as its artifacts are concerned. Times are milliseconds since the epoch. */
export type JobState =
  /** It may write at any time. */
  | { state: 'running' }
  | {
      state: 'completed';
      completedAt: number;
      /** The TTL it was accepted under; null when that is not known any more. */
      ttlMs: number | null;
      /** Null when that is not known any more. */
      archiveKey: string | null;
    }
  /** Failed, cancelled, terminated or timed out. */
  | { state: 'dead' }
  /** There never was such a job, or it ended so long ago that it is forgotten. */
  | { state: 'unknown' };

/** Tells of jobs by their ids. */
export interface JobLookup {
  /** @throws LonghaulError TEMPORAL_UNAVAILABLE when it cannot be told: that is never taken for `unknown`. */
  lookUp(jobId: string, signal: AbortSignal): Promise<JobState>;
}
