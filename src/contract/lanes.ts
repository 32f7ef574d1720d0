import type { DownloadJob, Priority } from './types.js';

/** One run of a job that has, or waits for, one of the slots of its user. */
export interface Slot {
  jobId: string;
  runId: string;
  priority: Priority;
  /** When the job was asked for, milliseconds since the epoch: who came first. */
  since: number;
}

/** What a run of the job asks for, and gives back. */
export function slotOf({ jobId, priority, createdAt }: DownloadJob, runId: string): Slot {
  return { jobId, runId, priority, since: Date.parse(createdAt) };
}

/** All that a lane knows. */
export interface LaneState {
  /** Slots there are: the cap that the newest job brought. */
  maxRunning: number;
  running: Slot[];
  /** In the order in which they will be granted a slot. */
  waiting: Slot[];
}

export interface SlotRequest {
  userId: string;
  maxRunning: number;
  slot: Slot;
}

/** What a lane tells of itself: ids of jobs, the waiting ones in their order. */
export interface LaneJobs {
  running: string[];
  waiting: string[];
}

/** What workflows ask of Temporal itself. Every activity is idempotent. */
export interface LaneActivities {
  /**
   * Asks for a slot, which takes no worker. The first to come opens the user's lane and has its slot by that; all
   * others the lane tells when they have theirs.
   * @returns whether the job has its slot already.
   */
  enterLane: (request: SlotRequest) => Promise<boolean>;

  /** Those of the jobs that have ended. */
  endedJobs: (slots: Slot[]) => Promise<Slot[]>;
}
