/** Activities of the sweep workflow. */
export interface SweepActivities {
  /**
   * Deletes expired archives and the leftovers of dead jobs, never an object of a live job. Idempotent; resumes where
   * the last attempt stopped.
   * @throws ApplicationFailure ForeignStore, not retryable, when the store belongs to another namespace.
   */
  sweepArtifacts: (input: SweepInput) => Promise<SweepSummary>;
}

export interface SweepInput {
  /** Progress of the worker that handed the sweep over; null to start from the beginning. */
  handedOver: SweepProgress | null;
}

/** Heartbeat details of the sweep. */
export interface SweepProgress {
  /** Last partition of the store that was swept; `''` for none, null when only the uploads are left. */
  partition: string | null;
  summary: SweepSummary;
}

/** Counters of a sweep. */
export interface SweepSummary {
  jobsSeen: number;
  /** Jobs with objects left. */
  jobsKept: number;
  /** Jobs without objects left. */
  jobsDeleted: number;
  objectsDeleted: number;
  bytesDeleted: number;
  uploadsAborted: number;
  uploadsKept: number;
}

export const NOTHING_SWEPT: SweepSummary = {
  jobsSeen: 0,
  jobsKept: 0,
  jobsDeleted: 0,
  objectsDeleted: 0,
  bytesDeleted: 0,
  uploadsAborted: 0,
  uploadsKept: 0,
};
