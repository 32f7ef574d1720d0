import type { DownloadJob, Priority } from './job.js';

/** One run of a job that holds, or waits for, one of its user's slots. */
export interface Slot {
  jobId: string;
  runId: string;
  priority: Priority;
  /** Post time of the job, in milliseconds since the epoch; orders the waiting jobs. */
  since: number;
}

/** Returns the slot that a run of the job acquires and releases. */
export function slotOf({ jobId, priority, createdAt }: DownloadJob, runId: string): Slot {
  return { jobId, runId, priority, since: Date.parse(createdAt) };
}

/** Input of the lane workflow: its whole state. */
export interface LaneState {
  /** Number of slots: the limit in the policy of the newest job. */
  maxRunning: number;
  running: Slot[];
  /** In the order in which they get a slot. */
  waiting: Slot[];
}

export interface SlotRequest {
  userId: string;
  maxRunning: number;
  slot: Slot;
}

/** Answer of the lane query: job ids, the waiting ones in queue order. */
export interface LaneJobs {
  running: string[];
  waiting: string[];
}

/** Activities that only call Temporal. All are idempotent. */
export interface LaneActivities {
  /**
   * Requests a slot without waiting for a worker. The first job opens the lane of its user and holds a slot from the
   * start. The lane signals every other job once it holds a slot.
   * @returns true when the job opened the lane and holds its slot already.
   */
  enterLane: (request: SlotRequest) => Promise<boolean>;

  /** Returns the slots whose runs have ended. */
  endedJobs: (slots: Slot[]) => Promise<Slot[]>;
}
