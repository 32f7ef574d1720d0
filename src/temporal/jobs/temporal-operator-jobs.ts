import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import pMap from 'p-map';
import type { FailedJob, FailedJobsPage, RunState } from '../../contract/http/admin-schemas.js';
import { errorCodeOf, jobNotFound, LonghaulError } from '../../contract/errors.js';
import { DOWNLOAD_WORKFLOW, SEARCH_ATTRIBUTES, jobIdFor, workflowIdFor } from '../../contract/names.js';
import type { DownloadJob } from '../../contract/job.js';
import { jobInput } from './job-input.js';
import { snapshotOf } from './job-snapshot.js';
import type { OperatorJobs, OperatorView } from '../../jobs/operator-jobs.js';
import { callTemporal, ignoreNotFound } from '../call.js';
import { liveProgress, pendingSteps } from './pending-activities.js';
import { type IndexedRun, visibilityPage } from './visibility-page.js';

const DEADLINE_MS = 3_000;

/** Jobs of one page that are read concurrently: each takes two calls. */
const READ_AT_ONCE = 10;

/** A workflow that failed wrote its status; one that was closed from outside could not. */
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

/** Jobs for operators, read from the visibility index and from histories: failed workflows are the dead letters. */
export class TemporalOperatorJobs implements OperatorJobs {
  constructor(private readonly client: Client) {}

  async failed(cursor: string | undefined, limit: number): Promise<FailedJobsPage> {
    const page = await this.call(() => visibilityPage(this.client, FAILED_JOBS, cursor, limit));
    const rows = await pMap(page.runs, (run) => this.row(run), { concurrency: READ_AT_ONCE });
    return { jobs: rows.filter((row) => row !== undefined), nextCursor: page.nextCursor };
  }

  async show(jobId: string): Promise<OperatorView> {
    const workflowId = workflowIdFor(jobId);
    const description = await this.describe(workflowId);
    const snapshot = snapshotOf(description);
    if (!snapshot) throw jobNotFound();
    const { runId, status } = description;
    return {
      view: { jobId, runId, snapshot, live: liveProgress(description, snapshot), stale: false },
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
      // The workflow closed after the describe call.
      throw errorCodeOf(error) === 'JOB_NOT_FOUND' ? alreadyFinished(error) : error;
    }
  }

  /** Undefined for a run that a later one has replaced, or whose history is past its retention. */
  private async row({ workflowId, runId }: IndexedRun): Promise<FailedJob | undefined> {
    const jobId = jobIdFor(workflowId);
    const found = await this.show(jobId).catch(ignoreNotFound);
    if (!found || found.runId !== runId) return undefined;
    const { view, job, run } = found;
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
  return new LonghaulError('JOB_ALREADY_FINISHED', 'The job has already ended.', { cause });
}
