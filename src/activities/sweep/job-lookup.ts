/** The state of a job, as far as its artifacts are concerned. Times are milliseconds since the epoch. */
export type JobState =
  /** The job may write at any time. */
  | { state: 'running' }
  | {
      state: 'completed';
      completedAt: number;
      /** The TTL the job was accepted with; null when it is unknown. */
      ttlMs: number | null;
      /** Null when it is unknown. */
      archiveKey: string | null;
    }
  /** Failed, cancelled, terminated or timed out. */
  | { state: 'dead' }
  /** The job never existed, or its retention in Temporal is over. */
  | { state: 'unknown' };

/** Looks up jobs by id. */
export interface JobLookup {
  /** @throws LonghaulError TEMPORAL_UNAVAILABLE when the lookup fails; a failure is never reported as `unknown`. */
  lookUp(jobId: string, signal: AbortSignal): Promise<JobState>;
}
