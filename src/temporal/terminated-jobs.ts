import { setTimeout as pause } from 'node:timers/promises';
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
import { LETTING_GO_MS } from './lanes/lane-activities.js';

const LOOK_EVERY_MS = 10_000;

/** What a look has not done by then is left to the next one: a server that stands still would keep it for ever. */
const LOOK_WITHIN_MS = 10_000;

/** What ended while no worker ran is told of as long as a callback would have been tried. */
const FIRST_LOOK_BACK_MS = 3 * 24 * 3_600_000;

/** The index may be behind by this much, and so may our clock. */
const LOOK_BACK_MS = 10 * 60_000;

const AT_ONCE = 10;

interface ClosedJob extends JobRun {
  closedAt: Date;
}

/**
 * Does for jobs that were terminated, from the Web UI or by an operator, what they could not do any more themselves:
 * tells of their end whoever asked for it, and gives back their slots. Any number of workers may do so at once, for a
 * callback begins once by its id and a slot is given back once.
 */
export class TerminatedJobs {
  private since = Date.now() - FIRST_LOOK_BACK_MS;
  /** Of those that the next look will find again. */
  private concluded = new Set<string>();

  constructor(
    private readonly client: Client,
    private readonly logger: Logger,
  ) {}

  /** Looks for them again and again until `signal` is aborted. A look that fails is made up for by the next one. */
  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.lookInTime(signal).catch((error: unknown) => {
        if (signal.aborted) return;
        this.logger.warn({ err: error }, 'looking for terminated jobs failed, and is tried again');
      });
      await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
    }
  }

  private lookInTime(signal: AbortSignal): Promise<void> {
    const look = () => this.client.withAbortSignal(signal, () => this.look());
    return this.client.withDeadline(Date.now() + LOOK_WITHIN_MS, look);
  }

  private async look(): Promise<void> {
    const now = Date.now();
    const found = await this.closedSince(this.since);
    // A build that still runs must not share its slot: a job that ended just now is left to the next look.
    const due = found.filter(
      ({ runId, closedAt }) => !this.concluded.has(runId) && closedAt.getTime() + LETTING_GO_MS <= now,
    );
    await pMap(due, (job) => this.conclude(job), { concurrency: AT_ONCE, stopOnError: false });
    this.since = now - LOOK_BACK_MS;
    this.concluded = new Set(found.map(({ runId }) => runId).filter((runId) => this.concluded.has(runId)));
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

  private async conclude({ workflowId, runId }: JobRun): Promise<void> {
    const description = await this.client.workflow.getHandle(workflowId, runId).describe();
    const snapshot = snapshotOf(description);
    const job = await jobInput(this.client, { workflowId, runId });
    if (snapshot && job) {
      const callbacks = wasReset(description) ? [] : endingCallbacks(job, snapshot, { workflowId, runId });
      await Promise.all(callbacks.map((callback) => this.deliver(callback, job.jobId, runId)));
      if (job.policy.maxRunning) await this.releaseSlot(job, runId);
    }
    this.concluded.add(runId);
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
      // An empty lane has ended.
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }
}

/** Temporal terminates a run that is reset: the job goes on in the next one. */
function wasReset({ raw }: WorkflowExecutionDescription): boolean {
  return Boolean(raw.workflowExtendedInfo?.resetRunId);
}
