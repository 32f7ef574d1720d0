import { Client, QueryRejectedError, WorkflowNotFoundError } from '@temporalio/client';
import { LRUCache } from 'lru-cache';
import { type LaneJobs, slotOf } from '../../contract/lanes.js';
import { LANE_QUERY, laneIdFor, workflowIdFor } from '../../contract/names.js';
import type { DownloadJob } from '../../contract/job.js';
import type { Logger } from '../../telemetry/logger.js';
import { enterLane } from './lane-entry.js';
import { within } from '../../concurrency/deadline.js';
import type { Lanes } from '../../jobs/user-queues.js';

const MAX_USERS = 10_000;
const MAX_AGE_MS = 1_000;
/** A job is accepted although it could not be announced: then it takes its place in the queue itself. */
const ANNOUNCE_DEADLINE_MS = 1_000;
/** A lane that could not be read is left alone this long: without a worker every read takes its whole deadline. */
const PAUSE_MS = 5_000;
/** Share of a request's time that reading a lane may take: starting the job comes after it. */
const READ_SHARE = 0.6;

const NOBODY: LaneJobs = { running: [], waiting: [] };

/** Lanes as Temporal workflows. One read per lane at a time, however many ask. */
export class TemporalUserQueues implements Lanes {
  private readonly client: Client;
  private readonly deadlineMs: number;
  private readonly reading = new Map<string, Promise<LaneJobs | undefined>>();
  /** Reads that begin as soon as those under way have ended. */
  private readonly next = new Map<string, Promise<LaneJobs | undefined>>();
  private readonly reads = new LRUCache<string, Promise<LaneJobs | undefined>>({ max: MAX_USERS });

  constructor(
    { connection, options }: Client,
    private readonly logger: Logger,
    requestTimeoutMs: number,
  ) {
    this.deadlineMs = requestTimeoutMs * READ_SHARE;
    // A lane that has ended is empty; asking it would have a worker replay all of it to say so.
    const workflow = { queryRejectCondition: 'NOT_OPEN' } as const;
    this.client = new Client({ connection, namespace: options.namespace, workflow });
  }

  async announce(job: DownloadJob, runId: string): Promise<void> {
    const { userId, policy } = job;
    const request = {
      userId,
      maxRunning: policy.maxRunning,
      slot: slotOf(job, runId),
      ask: 'announced',
    } as const;
    try {
      await this.call(ANNOUNCE_DEADLINE_MS, () => enterLane(this.client, request));
    } catch (error) {
      this.logger.warn({ err: error, jobId: job.jobId }, 'a job was not announced to the lane of its user');
    }
  }

  jobsOf(userId: string): Promise<LaneJobs | undefined> {
    return this.reads.get(userId) ?? this.startReading(userId);
  }

  /** What is under way may have been read before now: all who come meanwhile share the read after it. */
  jobsNow(userId: string): Promise<LaneJobs | undefined> {
    const under = this.reading.get(userId);
    if (!under) return this.startReading(userId);
    const next =
      this.next.get(userId) ??
      under.then((jobs) => {
        this.next.delete(userId);
        // A lane that could not be read is left alone.
        return jobs && this.startReading(userId);
      });
    this.next.set(userId, next);
    return next;
  }

  private startReading(userId: string): Promise<LaneJobs | undefined> {
    const read = this.read(userId).then((jobs) => {
      this.reading.delete(userId);
      return this.keep(userId, jobs);
    });
    this.reading.set(userId, read);
    this.reads.set(userId, read);
    return read;
  }

  /** The age of a read counts from its answer: a slow one is shared as long as it takes. */
  private keep(userId: string, jobs: LaneJobs | undefined): LaneJobs | undefined {
    this.reads.set(userId, Promise.resolve(jobs), { ttl: jobs ? MAX_AGE_MS : PAUSE_MS });
    return jobs;
  }

  async hasEnded(jobId: string): Promise<boolean> {
    try {
      const { status } = await this.call(this.deadlineMs, () =>
        this.client.workflow.getHandle(workflowIdFor(jobId)).describe(),
      );
      return status.name !== 'RUNNING';
    } catch (error) {
      // One that is not there is about to begin.
      this.logger.debug({ err: error, jobId }, 'could not tell whether a job has ended');
      return false;
    }
  }

  private async read(userId: string): Promise<LaneJobs | undefined> {
    try {
      return await this.call(this.deadlineMs, () =>
        this.client.workflow.getHandle(laneIdFor(userId)).query<LaneJobs>(LANE_QUERY),
      );
    } catch (error) {
      if (error instanceof WorkflowNotFoundError || error instanceof QueryRejectedError) return NOBODY;
      this.logger.debug({ err: error, userId }, 'no worker answered the query of a lane');
      return undefined;
    }
  }

  private call<T>(deadlineMs: number, run: () => Promise<T>): Promise<T> {
    return within(deadlineMs, this.client.withDeadline(Date.now() + deadlineMs, run));
  }
}
