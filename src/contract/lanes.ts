import type { DownloadJob, Priority } from './job.js';

/** One run of a job that has, or waits for, one of the slots of its user. */
export interface Slot {
  jobId: string;
  runId: string;
  priority: Priority;
  /** When the job was asked for, milliseconds since the epoch: who came first. */
  since: number;
  /**
   * Looks to be taken at the job before it is believed to run: it was announced, and may have ended before that. Absent
   * once it was heard of otherwise.
   */
  unheard?: number;
}

/** At the first one it may have ended so lately that its build is still letting go of things. */
const LOOKS_AT_ANNOUNCED = 2;

/** The slot of a job that the lane has not heard of but by an announcement. */
export function announcedSlot(slot: Slot): Slot {
  return { ...slot, unheard: LOOKS_AT_ANNOUNCED };
}

/**
 * How a slot comes to be asked for. `announced` by whoever started the job, before it says that the job is accepted:
 * that alone keeps the order in which jobs were posted. `first` by the job itself, in case that nobody announced it.
 * `again` by a job that has waited for long, in case that its lane was terminated.
 */
export type Ask = 'announced' | 'first' | 'again';

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
  ask: Ask;
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
   * @returns whether the job opened the lane, and so has its slot already.
   */
  enterLane: (request: SlotRequest) => Promise<boolean>;

  /** Those of the jobs that have ended. */
  endedJobs: (slots: Slot[]) => Promise<Slot[]>;
}
