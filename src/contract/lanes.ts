import type { Priority } from './types.js';

/** One run of a job that has, or waits for, one of the slots of its user. */
export interface Slot {
  jobId: string;
  runId: string;
  priority: Priority;
  /** When the job was asked for, milliseconds since the epoch: who came first. */
  since: number;
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

export interface SlotAnswer {
  granted: boolean;
  /** 1 for the next one to be granted a slot; 0 when it was granted. */
  position: number;
}

/** What a lane tells of itself: ids of jobs, the waiting ones in their order. */
export interface LaneJobs {
  running: string[];
  waiting: string[];
}

/** What workflows ask of Temporal itself. Every activity is idempotent. */
export interface LaneActivities {
  /**
   * Opens the user's lane with this job in its first slot, which takes one request and no worker.
   * @returns false when the lane is open already.
   */
  openLane: (request: SlotRequest) => Promise<boolean>;

  /** Takes a slot in the user's lane, or a place in its queue; opens the lane when there is none. */
  acquireSlot: (request: SlotRequest) => Promise<SlotAnswer>;

  /** Those of the jobs that have ended. */
  endedJobs: (slots: Slot[]) => Promise<Slot[]>;
}
