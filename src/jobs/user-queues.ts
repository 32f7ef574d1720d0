import type { LaneJobs } from '../contract/lanes.js';
import { within } from '../concurrency/deadline.js';

/** Limits how long a status waits for queue positions. A slower read still fills the cache for the next status. */
const POSITION_DEADLINE_MS = 1_000;

/** The running and waiting jobs of each user. No method throws. */
export interface UserQueues {
  /** Returns the jobs of a user, at most about a second old; undefined when they cannot be read. */
  read(userId: string): Promise<LaneJobs | undefined>;

  /** Like `read`, but the read starts after this call. */
  readFresh(userId: string): Promise<LaneJobs | undefined>;

  /** Returns true when a job has ended; false when it runs, or its state cannot be read. */
  hasEnded(jobId: string): Promise<boolean>;
}

/**
 * Returns the queue positions of jobs of one user: 1 for the next job to run; null for a job that is not in the
 * queue, because it runs, has ended, or has not asked for a slot yet.
 * @returns undefined when the queue cannot be read.
 */
export async function queuePositions(
  queues: UserQueues,
  userId: string,
  jobIds: readonly string[],
): Promise<Map<string, number | null> | undefined> {
  const queue = await within(POSITION_DEADLINE_MS, queueWith(queues, userId, jobIds)).catch(() => undefined);
  if (!queue) return undefined;
  const positions = new Map(queue.waiting.map((jobId, i) => [jobId, i + 1]));
  return new Map(jobIds.map((jobId) => [jobId, positions.get(jobId) ?? null]));
}

/** Reads again if a job is missing, because it may have entered the queue after the cached read. */
async function queueWith(
  queues: UserQueues,
  userId: string,
  jobIds: readonly string[],
): Promise<LaneJobs | undefined> {
  const jobs = await queues.read(userId);
  if (!jobs) return undefined;
  const known = new Set([...jobs.running, ...jobs.waiting]);
  return jobIds.every((jobId) => known.has(jobId)) ? jobs : queues.readFresh(userId);
}
