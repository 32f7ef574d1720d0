import { LRUCache } from 'lru-cache';
import pMap from 'p-map';
import { SingleFlight } from '../concurrency/single-flight.js';
import { LonghaulError } from '../contract/errors.js';
import type { DownloadJob } from '../contract/job.js';
import type { UserQueues } from './user-queues.js';

/** Limits the users in memory. Each has at most as many jobs as its queue may hold. */
const MAX_USERS = 10_000;

/** Minimum interval between two reads of a queue, however many jobs are refused. */
const MIN_READ_INTERVAL_MS = 1_000;

/** Maximum interval between two reads while a user starts jobs, because other servers accept jobs too. */
const MAX_READ_INTERVAL_MS = 5_000;

const LOOKUP_CONCURRENCY = 10;

interface KnownUser {
  /** Jobs in the queue at the last read. An upper bound: jobs leave the queue, and new ones are in `accepted`. */
  inQueue: number;
  readAt: number;
  /** Jobs accepted here that no read has found in the queue yet, with the time. */
  accepted: Map<string, number>;
}

/**
 * Refuses jobs of a user who has reached the limit of running and waiting jobs. Keeps an upper bound of the user's
 * jobs and reads the queue every few seconds while the user starts jobs. Exact for one server. Several servers may
 * together accept more in a burst, because each learns of the other servers' jobs with its next read.
 */
export class Admission {
  private readonly users = new LRUCache<string, KnownUser>({ max: MAX_USERS });
  private readonly reads = new SingleFlight<boolean>();

  /**
   * @param maxQueued limit of waiting jobs per user, in addition to the running ones.
   * @param now a clock in milliseconds that nobody adjusts.
   */
  constructor(
    private readonly queues: UserQueues,
    private readonly maxQueued: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * Reserves a place in the queue. Accepts a job that has a reservation already, and every job while the queue cannot
   * be read.
   * @returns true if this call made the reservation. Then call `withdraw` if the start fails.
   * @throws LonghaulError TOO_MANY_JOBS.
   */
  async admit({ jobId, userId, policy: { maxRunning } }: DownloadJob): Promise<boolean> {
    if (maxRunning === 0) return false;
    const limit = maxRunning + this.maxQueued;
    const user = this.userOf(userId);
    const isKnown =
      this.isFresh(user, limit) || (await this.reads.run(userId, () => this.read(userId, user)));
    // No await from here on, so that each of many concurrent calls sees the reservations of the others.
    if (user.accepted.has(jobId)) return false;
    if (upperBoundOf(user) >= limit) {
      if (isKnown) throw tooManyJobs(maxRunning, this.maxQueued);
      return false;
    }
    user.accepted.set(jobId, this.now());
    return true;
  }

  /** Cancels the reservation of a job that could not be started. */
  withdraw({ jobId, userId }: DownloadJob): void {
    this.users.get(userId)?.accepted.delete(jobId);
  }

  private userOf(userId: string): KnownUser {
    const user = this.users.get(userId) ?? {
      inQueue: 0,
      readAt: -Infinity,
      accepted: new Map<string, number>(),
    };
    this.users.set(userId, user);
    return user;
  }

  private isFresh(user: KnownUser, limit: number): boolean {
    const maxAge = upperBoundOf(user) >= limit ? MIN_READ_INTERVAL_MS : MAX_READ_INTERVAL_MS;
    return this.now() - user.readAt < maxAge;
  }

  /** @returns false when the queue cannot be read. */
  private async read(userId: string, user: KnownUser): Promise<boolean> {
    const startedAt = this.now();
    const jobs = await this.queues.read(userId);
    if (!jobs) return false;
    const inQueue = new Set([...jobs.running, ...jobs.waiting]);
    for (const jobId of inQueue) user.accepted.delete(jobId);
    await this.forgetEnded(user, startedAt - MIN_READ_INTERVAL_MS);
    user.inQueue = inQueue.size;
    user.readAt = this.now();
    return true;
  }

  /**
   * Forgets accepted jobs that entered and left the queue between two reads. Skips jobs too recent to have started.
   */
  private async forgetEnded({ accepted }: KnownUser, before: number): Promise<void> {
    const unseen = [...accepted].flatMap(([jobId, at]) => (at < before ? [jobId] : []));
    await pMap(
      unseen,
      async (jobId) => {
        if (await this.queues.hasEnded(jobId)) accepted.delete(jobId);
      },
      { concurrency: LOOKUP_CONCURRENCY },
    );
  }
}

/** Never less than the number of jobs that the user has. */
function upperBoundOf({ inQueue, accepted }: KnownUser): number {
  return inQueue + accepted.size;
}

function tooManyJobs(maxRunning: number, maxQueued: number): LonghaulError {
  const message =
    `Download limit reached: ${maxRunning} running, ${maxQueued} queued. ` +
    'Wait until one finishes, or cancel one.';
  return new LonghaulError('TOO_MANY_JOBS', message);
}
