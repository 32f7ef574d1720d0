import type { LaneJobs } from '../contract/lanes.js';
import type { DownloadJob } from '../contract/job.js';
import { within } from '../concurrency/deadline.js';

/** Longer than this a status does not wait for a place; who asks next finds it read. */
const POSITION_DEADLINE_MS = 1_000;

/** Who of a user's jobs has a slot and who waits for one, wherever that is kept. No method ever throws. */
export interface Lanes {
  /** Takes note of a job that was started, before anybody is told of it: so its place is behind those that were. */
  announce(job: DownloadJob, runId: string): Promise<void>;

  /** The jobs of a user, at most about a second old; undefined when it cannot be told. */
  jobsOf(userId: string): Promise<LaneJobs | undefined>;

  /** As `jobsOf`, but read from now on. */
  jobsNow(userId: string): Promise<LaneJobs | undefined>;

  /** Whether a job has ended; false when it cannot be told. */
  hasEnded(jobId: string): Promise<boolean>;
}

/**
 * The places of waiting jobs of one user: 1 for the one that is next; null for a job that does not wait any more.
 * @returns undefined when they cannot be told.
 */
export async function queuePositions(
  lanes: Lanes,
  userId: string,
  jobIds: readonly string[],
): Promise<Map<string, number | null> | undefined> {
  const inLane = await within(POSITION_DEADLINE_MS, jobsWith(lanes, userId, jobIds)).catch(() => undefined);
  if (!inLane) return undefined;
  const places = new Map(inLane.waiting.map((jobId, i) => [jobId, i + 1]));
  return new Map(jobIds.map((jobId) => [jobId, places.get(jobId) ?? null]));
}

/** Jobs that are not there may have come since the lane was read. */
async function jobsWith(
  lanes: Lanes,
  userId: string,
  jobIds: readonly string[],
): Promise<LaneJobs | undefined> {
  const jobs = await lanes.jobsOf(userId);
  if (!jobs) return undefined;
  const known = new Set([...jobs.running, ...jobs.waiting]);
  return jobIds.every((jobId) => known.has(jobId)) ? jobs : lanes.jobsNow(userId);
}
