import type { Client, WorkflowHandle } from '@temporalio/client';
import { errorCodeOf, jobNotFound } from '../../contract/errors.js';
import { STATUS_QUERY, workflowIdFor } from '../../contract/names.js';
import { isFinal, type JobSnapshot } from '../../contract/snapshot.js';
import type { JobView } from '../../jobs/jobs.js';
import { QUERY_MIN_AGE_MS } from '../../jobs/status/freshness.js';
import { type StatusReads, UNCOUNTED } from '../../jobs/status/status-reads.js';
import { queuePositions, type UserQueues } from '../../jobs/user-queues.js';
import type { Logger } from '../../telemetry/logger.js';
import { callTemporal } from '../call.js';
import { describedSnapshot, isBetweenSteps, liveProgress } from './pending-activities.js';
import { type QueryResult, WorkerQueryBreaker } from './worker-query-breaker.js';

const DESCRIBE_DEADLINE_MS = 3_000;
const QUERY_DEADLINE_MS = 5_000;

/** Reads views of jobs from their workflows. */
export class JobReader {
  private readonly queries = new WorkerQueryBreaker();

  /** @param isCapped jobs of one user wait for each other. */
  constructor(
    private readonly client: Client,
    private readonly queues: UserQueues,
    private readonly isCapped: boolean,
    private readonly logger: Logger,
    private readonly statusReads: StatusReads = UNCOUNTED,
  ) {}

  /**
   * Calls describe() before the query, so the query is never older than the heartbeats. Falls back to the memo without
   * a worker or budget; for closed jobs the memo is complete.
   */
  async read(jobId: string, mayRepeat = true): Promise<JobView> {
    const handle = this.client.workflow.getHandle(workflowIdFor(jobId));
    const description = await callTemporal(this.client, DESCRIBE_DEADLINE_MS, () => handle.describe());
    const described = describedSnapshot(description);
    if (!described) throw jobNotFound();
    const { runId } = description;
    if (description.status.name !== 'RUNNING' || isFinal(described.status)) {
      this.statusReads.served('describe', false);
      return { jobId, runId, snapshot: described, live: null, stale: false };
    }
    const needed = isBetweenSteps(description, described);
    const { answer, isOpen } = await this.query(handle, described, needed);
    // The workflow may have moved on during the wait, so its memo may be newer.
    if (needed && !answer && mayRepeat) return this.read(jobId, false);
    const snapshot = answer ?? described;
    const live = liveProgress(description, snapshot);
    this.statusReads.served(answer ? 'query' : 'describe', isOpen);
    return this.withPosition({ jobId, runId, snapshot, live, stale: isOpen });
  }

  /** Adds the queue position of a job that waits for a slot, or will once its files are looked up. */
  private async withPosition(view: JobView): Promise<JobView> {
    const { jobId, snapshot } = view;
    if (snapshot.phase !== 'waiting' && (snapshot.status !== 'queued' || !this.isCapped)) return view;
    const positions = await queuePositions(this.queues, snapshot.userId, [jobId]);
    return positions ? { ...view, queuePosition: positions.get(jobId) ?? null } : { ...view, stale: true };
  }

  /** Skips the query for young jobs and for jobs that wait for a slot: nothing changes in their workflow. */
  private async query(
    handle: WorkflowHandle,
    { createdAt, phase }: JobSnapshot,
    needed: boolean,
  ): Promise<QueryResult<JobSnapshot | undefined>> {
    if (phase === 'waiting') return { answer: undefined, isOpen: false };
    const isYoung = Date.now() - Date.parse(createdAt) < QUERY_MIN_AGE_MS;
    if (isYoung && !needed) return { answer: undefined, isOpen: this.queries.isOpen };
    return this.queries.ask(() => this.querySnapshot(handle), { needed });
  }

  /** Rejects when no worker answers; any other error proves a worker and leaves the memo to answer. */
  private async querySnapshot(handle: WorkflowHandle): Promise<JobSnapshot | undefined> {
    try {
      return await callTemporal(this.client, QUERY_DEADLINE_MS, () =>
        handle.query<JobSnapshot>(STATUS_QUERY),
      );
    } catch (error) {
      this.logger.debug({ err: error, workflowId: handle.workflowId }, 'status query failed');
      if (errorCodeOf(error) === 'TEMPORAL_UNAVAILABLE') throw error;
      return undefined;
    }
  }
}
