import { Client, QueryRejectedError, WorkflowNotFoundError } from '@temporalio/client';
import { LRUCache } from 'lru-cache';
import type { LaneJobs } from '../../contract/lanes.js';
import { LANE_QUERY, laneIdFor, workflowIdFor } from '../../contract/names.js';
import type { Logger } from '../../telemetry/logger.js';
import { within } from '../../concurrency/deadline.js';
import { SingleFlight } from '../../concurrency/single-flight.js';
import type { UserQueues } from '../../jobs/user-queues.js';

const MAX_USERS = 10_000;
/** Cache time of a read, counted from its answer. */
const CACHE_TTL_MS = 1_000;
/** Cache time of a failed read: without a worker, every read takes its whole deadline. */
const UNREADABLE_TTL_MS = 5_000;
/** Share of the request timeout that reading a lane may take, because the job must be started after it. */
const READ_SHARE = 0.6;

const EMPTY: LaneJobs = { running: [], waiting: [] };

/** Reads the lane workflows. Each lane has at most one read in flight. */
export class TemporalUserQueues implements UserQueues {
  private readonly client: Client;
  private readonly deadlineMs: number;
  private readonly reads = new SingleFlight<LaneJobs | undefined>();
  /** The last read of each user; `jobs` is undefined when the lane could not be read. */
  private readonly cache = new LRUCache<string, { jobs: LaneJobs | undefined }>({ max: MAX_USERS });

  constructor(
    { connection, options }: Client,
    private readonly logger: Logger,
    requestTimeoutMs: number,
  ) {
    this.deadlineMs = requestTimeoutMs * READ_SHARE;
    // A closed lane is empty, and a query would make a worker replay all of it.
    const workflow = { queryRejectCondition: 'NOT_OPEN' } as const;
    this.client = new Client({ connection, namespace: options.namespace, workflow });
  }

  async read(userId: string): Promise<LaneJobs | undefined> {
    const cached = this.cache.get(userId);
    return cached ? cached.jobs : this.reads.run(userId, () => this.readLane(userId));
  }

  readFresh(userId: string): Promise<LaneJobs | undefined> {
    return this.reads.runFresh(userId, async () => {
      const cached = this.cache.get(userId);
      return cached && !cached.jobs ? undefined : this.readLane(userId);
    });
  }

  async hasEnded(jobId: string): Promise<boolean> {
    try {
      const { status } = await this.call(() =>
        this.client.workflow.getHandle(workflowIdFor(jobId)).describe(),
      );
      return status.name !== 'RUNNING';
    } catch (error) {
      // A job that does not exist is about to be started.
      this.logger.debug({ err: error, jobId }, 'could not read whether a job has ended');
      return false;
    }
  }

  private async readLane(userId: string): Promise<LaneJobs | undefined> {
    const jobs = await this.queryLane(userId);
    this.cache.set(userId, { jobs }, { ttl: jobs ? CACHE_TTL_MS : UNREADABLE_TTL_MS });
    return jobs;
  }

  private async queryLane(userId: string): Promise<LaneJobs | undefined> {
    try {
      return await this.call(() =>
        this.client.workflow.getHandle(laneIdFor(userId)).query<LaneJobs>(LANE_QUERY),
      );
    } catch (error) {
      if (error instanceof WorkflowNotFoundError || error instanceof QueryRejectedError) return EMPTY;
      this.logger.debug({ err: error, userId }, 'no worker answered the query of a lane');
      return undefined;
    }
  }

  private call<T>(run: () => Promise<T>): Promise<T> {
    return within(this.deadlineMs, this.client.withDeadline(Date.now() + this.deadlineMs, run));
  }
}
