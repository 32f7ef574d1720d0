import type { LaneJobs } from '../contract/lanes.js';
import { within } from './deadline.js';

/** Longer than this a status does not wait for a place; who asks next finds it read. */
const POSITION_DEADLINE_MS = 1_000;

/** Who of a user's jobs has a slot and who waits for one, wherever that is kept. Neither method ever throws. */
export interface Lanes {
  /** The jobs of a user, at most about a second old; undefined when it cannot be told. */
  jobsOf(userId: string): Promise<LaneJobs | undefined>;

  /** Whether a job has ended; false when it cannot be told. */
  hasEnded(jobId: string): Promise<boolean>;
}

/** 1 for the waiting job that is next; null for a job that does not wait, or when it cannot be told. */
export async function queuePosition(lanes: Lanes, userId: string, jobId: string): Promise<number | null> {
  const jobs = await within(POSITION_DEADLINE_MS, lanes.jobsOf(userId)).catch(() => undefined);
  const index = jobs?.waiting.indexOf(jobId) ?? -1;
  return index === -1 ? null : index + 1;
}
