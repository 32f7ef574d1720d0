import { LRUCache } from 'lru-cache';
import pMap from 'p-map';
import { LonghaulError } from '../contract/errors.js';
import type { DownloadJob } from '../contract/job.js';
import type { Lanes } from './user-queues.js';

/** Users remembered, each with no more jobs than may be in their lane. */
const MAX_USERS = 10_000;

/** A lane is read no more often than this, however many jobs are refused. */
const FRESH_MS = 1_000;

/** A lane is read this often in any case, for other servers accept jobs too. */
const REREAD_MS = 5_000;

const LOOK_UP_CONCURRENCY = 10;

interface KnownUser {
  /** Jobs that were in the lane when it was last read: of these there may be fewer by now, never more. */
  inLane: number;
  readAt: number;
  /** Accepted here and not seen in the lane yet, and when. */
  accepted: Map<string, number>;
  /** The read under way; tells whether the lane could be read. */
  reading: Promise<boolean> | undefined;
}

/**
 * Refuses jobs of a user who has as many running and waiting as there may be. Keeps an upper bound of them, and reads
 * the lane every few seconds in which a user starts jobs. Exact for what one server accepts; several of them may together
 * accept more in a burst, each before it sees what the others did.
 */
export class Admission {
  private readonly users = new LRUCache<string, KnownUser>({ max: MAX_USERS });

  /**
   * @param maxQueued jobs of a user that may wait besides those that run.
   * @param now a clock in milliseconds since the epoch.
   */
  constructor(
    private readonly lanes: Lanes,
    private readonly maxQueued: number,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * Counts the job. One that is counted already is not refused, and nobody is when the lane cannot be read.
   * @returns whether this call counted it. Then whoever could not start the job withdraws it; nobody else does, for the
   * job is there.
   * @throws LonghaulError TOO_MANY_JOBS.
   */
  async admit({ jobId, userId, policy: { maxRunning } }: DownloadJob): Promise<boolean> {
    if (maxRunning === 0) return false;
    const limit = maxRunning + this.maxQueued;
    const user = this.userOf(userId);
    const known = this.isFresh(user, limit) || (await this.read(userId, user));
    // Nothing is waited for from here on: of many that come at once each sees what the one before it took.
    if (user.accepted.has(jobId)) return false;
    if (boundOf(user) >= limit) {
      if (known) throw tooManyJobs(maxRunning, this.maxQueued);
      return false;
    }
    user.accepted.set(jobId, this.now());
    return true;
  }

  /** The job was not started. */
  withdraw({ jobId, userId }: DownloadJob): void {
    this.users.get(userId)?.accepted.delete(jobId);
  }

  private userOf(userId: string): KnownUser {
    const user = this.users.get(userId) ?? {
      inLane: 0,
      readAt: -Infinity,
      accepted: new Map<string, number>(),
      reading: undefined,
    };
    this.users.set(userId, user);
    return user;
  }

  private isFresh(user: KnownUser, limit: number): boolean {
    const age = this.now() - user.readAt;
    const bound = boundOf(user);
    if (bound >= limit) return age < FRESH_MS;
    return age < REREAD_MS;
  }

  private read(userId: string, user: KnownUser): Promise<boolean> {
    user.reading ??= this.readNow(userId, user).finally(() => {
      user.reading = undefined;
    });
    return user.reading;
  }

  private async readNow(userId: string, user: KnownUser): Promise<boolean> {
    const startedAt = this.now();
    const jobs = await this.lanes.jobsOf(userId);
    if (!jobs) return false;
    const inLane = new Set([...jobs.running, ...jobs.waiting]);
    for (const jobId of inLane) user.accepted.delete(jobId);
    await this.forgetEnded(user, startedAt - FRESH_MS);
    user.inLane = inLane.size;
    user.readAt = this.now();
    return true;
  }

  /** A job may have come and gone between two reads. One that was accepted a moment ago may not even have begun. */
  private async forgetEnded({ accepted }: KnownUser, before: number): Promise<void> {
    const unseen = [...accepted].flatMap(([jobId, at]) => (at < before ? [jobId] : []));
    await pMap(
      unseen,
      async (jobId) => {
        if (await this.lanes.hasEnded(jobId)) accepted.delete(jobId);
      },
      { concurrency: LOOK_UP_CONCURRENCY },
    );
  }
}

/** Never less than what the user has. */
function boundOf({ inLane, accepted }: KnownUser): number {
  return inLane + accepted.size;
}

function tooManyJobs(maxRunning: number, maxQueued: number): LonghaulError {
  const message =
    `You have as many downloads as you may: ${maxRunning} running and ${maxQueued} waiting. ` +
    'Wait until one has finished, or cancel one.';
  return new LonghaulError('TOO_MANY_JOBS', message);
}
