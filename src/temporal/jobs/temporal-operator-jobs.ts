import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import pMap from 'p-map';
import type { FailedJob, FailedJobsPage, RunState } from '../../contract/http/admin-schemas.js';
import { errorCodeOf, jobNotFound, LonghaulError } from '../../contract/errors.js';
import { DOWNLOAD_WORKFLOW, SEARCH_ATTRIBUTES, workflowIdFor } from '../../contract/names.js';
import type { DownloadJob } from '../../contract/job.js';
import { jobInput } from './job-input.js';
import { snapshotOf } from './job-snapshot.js';
import { checkedCursor, tokenOf } from './checked-cursor.js';
import { invalidCursor } from '../../jobs/cursors.js';
import type { OperatorJobs, OperatorView } from '../../jobs/operator-jobs.js';
import { pendingSteps } from './temporal-pending.js';
import { callTemporal } from '../call.js';
import { liveProgress } from './pending-activities.js';

const DEADLINE_MS = 3_000;

/** Jobs of one page that are read at once: each is two calls. */
const READ_AT_ONCE = 10;

/** What failed by itself says so; what was ended from outside could not. */
const FAILED_JOBS =
  `WorkflowType = '${DOWNLOAD_WORKFLOW}' AND ` +
  `(${SEARCH_ATTRIBUTES.status} = 'failed' OR ExecutionStatus IN ('Failed', 'Terminated', 'TimedOut'))`;

const RUN_STATES: Record<string, RunState> = {
  RUNNING: 'running',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
  TIMED_OUT: 'timed_out',
};

/** Jobs for operators, read from Temporal's index and histories: failed workflows are the dead letters. */
export class TemporalOperatorJobs implements OperatorJobs {
  constructor(private readonly client: Client) {}

  async failed(cursor: string | undefined, limit: number): Promise<FailedJobsPage> {
    const { executions, nextPageToken } = await this.page(cursor, limit);
    const rows = await pMap(executions ?? [], ({ execution }) => this.row(execution!), {
      concurrency: READ_AT_ONCE,
    });
    return {
      jobs: rows.filter((row) => row !== undefined),
      nextCursor: nextPageToken?.length ? checkedCursor(nextPageToken) : null,
    };
  }

  async show(jobId: string): Promise<OperatorView> {
    const workflowId = workflowIdFor(jobId);
    const description = await this.describe(workflowId);
    const snapshot = snapshotOf(description);
    if (!snapshot) throw jobNotFound();
    const { runId, status } = description;
    return {
      view: { jobId, runId, snapshot, live: liveProgress(description), stale: false },
      job: await this.input(workflowId, runId),
      workflowId,
      runId,
      run: RUN_STATES[status.name] ?? 'failed',
      pending: pendingSteps(description),
    };
  }

  async terminate(jobId: string, reason: string): Promise<void> {
    const workflowId = workflowIdFor(jobId);
    const { status } = await this.describe(workflowId);
    if (status.name !== 'RUNNING') throw alreadyFinished();
    try {
      await this.call(() => this.client.workflow.getHandle(workflowId).terminate(reason));
    } catch (error) {
      // Temporal finds no open run: it has ended since.
      throw errorCodeOf(error) === 'JOB_NOT_FOUND' ? alreadyFinished(error) : error;
    }
  }

  private page(cursor: string | undefined, limit: number) {
    const nextPageToken = cursor === undefined ? null : tokenOf(cursor);
    if (nextPageToken === undefined) throw invalidCursor();
    const { namespace } = this.client.options;
    return this.call(() =>
      this.client.workflowService.listWorkflowExecutions({
        namespace,
        query: FAILED_JOBS,
        pageSize: limit,
        nextPageToken,
      }),
    );
  }

  /** Undefined for what is no dead letter: a run that a later one has replaced, or a history that is gone by now. */
  private async row(execution: {
    workflowId?: string | null;
    runId?: string | null;
  }): Promise<FailedJob | undefined> {
    const jobId = execution.workflowId!.slice(workflowIdFor('').length);
    const found = await this.show(jobId).catch(ignoreUnknown);
    if (!found || found.runId !== execution.runId) return undefined;
    const { view, job, workflowId, run } = found;
    const { error, completedAt, createdAt, attempts } = view.snapshot;
    if (!error) return undefined;
    const { code, message, supportId } = error;
    return {
      jobId,
      userId: job.userId,
      code,
      message,
      failedAt: completedAt ?? createdAt,
      attempts,
      supportId,
      labels: job.labels,
      archiveName: job.archive.name,
      workflowId,
      run,
    };
  }

  private describe(workflowId: string): Promise<WorkflowExecutionDescription> {
    return this.call(() => this.client.workflow.getHandle(workflowId).describe());
  }

  private async input(workflowId: string, runId: string): Promise<DownloadJob> {
    const job = await this.call(() => jobInput(this.client, { workflowId, runId }));
    if (!job) throw jobNotFound();
    return job;
  }

  private call<T>(run: () => Promise<T>): Promise<T> {
    return callTemporal(this.client, DEADLINE_MS, run);
  }
}

function alreadyFinished(cause?: unknown): LonghaulError {
  return new LonghaulError('JOB_ALREADY_FINISHED', 'The job has ended already.', { cause });
}

function ignoreUnknown(error: unknown): undefined {
  if (errorCodeOf(error) !== 'JOB_NOT_FOUND') throw error;
}
