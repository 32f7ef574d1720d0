import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Client,
  type WorkflowExecutionDescription,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import pMap from 'p-map';
import type { Callback } from '../contract/callbacks/callbacks.js';
import { deliveryOf, endingCallbacks, type JobRun } from '../contract/callbacks/ending-callbacks.js';
import { slotOf } from '../contract/lanes.js';
import {
  CALLBACK_WORKFLOW,
  DOWNLOAD_WORKFLOW,
  laneIdFor,
  ORCHESTRATION_TASK_QUEUE,
  RELEASE_SIGNAL,
} from '../contract/names.js';
import type { DownloadJob } from '../contract/job.js';
import type { Logger } from '../telemetry/logger.js';
import type { deliverCallbackWorkflow } from '../workflows/index.js';
import { jobInput } from './jobs/job-input.js';
import { snapshotOf } from './jobs/job-snapshot.js';
import { TERMINATION_GRACE_MS } from './lanes/lane-activities.js';

const POLL_INTERVAL_MS = 10_000;

/** Timeout of a poll, otherwise a server that hangs would block it forever. The next poll does the rest. */
const POLL_TIMEOUT_MS = 10_000;

/** Lookback of the first poll: covers jobs that ended while no worker ran, as long as a callback would be retried. */
const FIRST_LOOKBACK_MS = 3 * 24 * 3_600_000;

/** Lookback of every further poll: tolerates a visibility index or a local clock that lags by this much. */
const LOOKBACK_MS = 10 * 60_000;

const CONCURRENCY = 10;

interface ClosedJob extends JobRun {
  closedAt: Date;
}

/**
 * Finishes jobs that an operator or the Web UI terminated: delivers their callbacks and releases their slots. Safe on
 * any number of workers at once, because the workflow id makes a callback unique and a release is idempotent.
 */
export class TerminatedJobs {
  private since = Date.now() - FIRST_LOOKBACK_MS;
  /** Runs that are finished and that the next poll will find again. */
  private finished = new Set<string>();

  constructor(
    private readonly client: Client,
    private readonly logger: Logger,
  ) {}

  /** Polls until `signal` aborts. A failed poll is logged, and the next one does its work. */
  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.pollWithTimeout(signal).catch((error: unknown) => {
        if (signal.aborted) return;
        this.logger.warn({ err: error }, 'polling for terminated jobs failed; retrying');
      });
      await sleep(POLL_INTERVAL_MS, undefined, { signal }).catch(() => {});
    }
  }

  /** Gives each poll a signal of its own, because the Temporal client never removes the listeners of its calls. */
  private async pollWithTimeout(signal: AbortSignal): Promise<void> {
    const stopped = new AbortController();
    const stop = () => stopped.abort(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    try {
      const poll = () => this.client.withAbortSignal(stopped.signal, () => this.poll());
      await this.client.withDeadline(Date.now() + POLL_TIMEOUT_MS, poll);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  private async poll(): Promise<void> {
    const now = Date.now();
    const found = await this.closedSince(this.since);
    // A build needs time to stop, and its slot must not be released before. Leave recent jobs to the next poll.
    const due = found.filter(
      ({ runId, closedAt }) => !this.finished.has(runId) && closedAt.getTime() + TERMINATION_GRACE_MS <= now,
    );
    await pMap(due, (job) => this.finish(job), { concurrency: CONCURRENCY, stopOnError: false });
    this.since = now - LOOKBACK_MS;
    this.finished = new Set(found.map(({ runId }) => runId).filter((runId) => this.finished.has(runId)));
  }

  private async closedSince(since: number): Promise<ClosedJob[]> {
    const query =
      `WorkflowType = '${DOWNLOAD_WORKFLOW}' AND ExecutionStatus IN ('Terminated', 'TimedOut') ` +
      `AND CloseTime > '${new Date(since).toISOString()}'`;
    const jobs: ClosedJob[] = [];
    for await (const { workflowId, runId, closeTime } of this.client.workflow.list({ query })) {
      if (closeTime) jobs.push({ workflowId, runId, closedAt: closeTime });
    }
    return jobs;
  }

  private async finish({ workflowId, runId }: JobRun): Promise<void> {
    const description = await this.client.workflow.getHandle(workflowId, runId).describe();
    const snapshot = snapshotOf(description);
    const job = await jobInput(this.client, { workflowId, runId });
    if (snapshot && job) {
      const callbacks = wasReset(description) ? [] : endingCallbacks(job, snapshot, { workflowId, runId });
      await Promise.all(callbacks.map((callback) => this.deliver(callback, job.jobId, runId)));
      if (job.policy.maxRunning > 0) await this.releaseSlot(job, runId);
    }
    this.finished.add(runId);
  }

  private async deliver(callback: Callback, jobId: string, runId: string): Promise<void> {
    try {
      await this.client.workflow.start<typeof deliverCallbackWorkflow>(CALLBACK_WORKFLOW, {
        ...deliveryOf(callback, jobId, runId),
        taskQueue: ORCHESTRATION_TASK_QUEUE,
        args: [callback],
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }

  private async releaseSlot(job: DownloadJob, runId: string): Promise<void> {
    const lane = this.client.workflow.getHandle(laneIdFor(job.userId));
    try {
      await lane.signal(RELEASE_SIGNAL, slotOf(job, runId));
    } catch (error) {
      // An empty lane has completed.
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }
}

/** True for a run that was terminated by a reset: the job continues in the next run. */
function wasReset({ raw }: WorkflowExecutionDescription): boolean {
  return Boolean(raw.workflowExtendedInfo?.resetRunId);
}
