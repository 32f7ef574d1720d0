/** What the sweep asks of a worker. */
export interface SweepActivities {
  /**
   * Deletes what has expired and what dead jobs left, and nothing that a live job owns. Idempotent; goes on where its
   * last attempt stopped.
   */
  sweepArtifacts: (input: SweepInput) => Promise<SweepSummary>;
}

export interface SweepInput {
  /** How far an earlier worker was that handed the sweep over; null to begin. */
  handedOver: SweepProgress | null;
}

/** Heartbeat details of the sweep. */
export interface SweepProgress {
  /** Partition of the store whose jobs were seen last, `''` for none; null when all were, and uploads are next. */
  partition: string | null;
  summary: SweepSummary;
}

/** What a sweep has found and done. */
export interface SweepSummary {
  jobsSeen: number;
  /** Jobs of which something remains. */
  jobsKept: number;
  /** Jobs of which nothing remains. */
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
