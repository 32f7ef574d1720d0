import { type Client, WorkflowExecutionAlreadyStartedError, type WorkflowHandle } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { errorCodeOf, jobNotFound, LonghaulError } from '../contract/errors.js';
import {
  DOWNLOAD_WORKFLOW,
  FILES_QUERY,
  MEMO,
  ORCHESTRATION_TASK_QUEUE,
  SEARCH_ATTRIBUTES,
  STATUS_QUERY,
  workflowIdFor,
} from '../contract/names.js';
import {
  type DownloadJob,
  type FileOutcome,
  isFinal,
  type JobSnapshot,
  type Priority,
} from '../contract/types.js';
import { queuedSnapshot } from '../contract/queued-snapshot.js';
import type { Logger } from '../telemetry/logger.js';
import type { downloadWorkflow } from '../workflows/index.js';
import type { Accepted, Downloads, JobView } from './downloads.js';
import { StatusCache } from './status-cache.js';
import { callTemporal } from './temporal-call.js';
import { liveProgress, snapshotOf } from './temporal-view.js';
import { WorkerProbe } from './worker-probe.js';

/** Temporal's priorities go from 1, the first, to 5. */
const PRIORITY_KEYS: Record<Priority, number> = { standard: 3, low: 5 };

const DESCRIBE_DEADLINE_MS = 3_000;
const QUERY_DEADLINE_MS = 5_000;
/** How long a cancellation is waited for before the answer says that it is under way. */
const CANCEL_WAIT_MS = 3_000;

/** What the same key starts again. */
const MAY_BEGIN_ANEW: ReadonlySet<string> = new Set(['failed', 'cancelled']);

const userAttribute = defineSearchAttributeKey(SEARCH_ATTRIBUTES.user, 'KEYWORD');
const statusAttribute = defineSearchAttributeKey(SEARCH_ATTRIBUTES.status, 'KEYWORD');

export interface TemporalDownloadsOptions {
  client: Client;
  logger: Logger;
  /** How long starting a job may take. */
  startDeadlineMs: number;
}

/** Jobs as Temporal workflows: the workflow is the only record of a job. */
export class TemporalDownloads implements Downloads {
  private readonly cache = new StatusCache();
  private readonly workers = new WorkerProbe();

  constructor(private readonly options: TemporalDownloadsOptions) {}

  async start(job: DownloadJob): Promise<Accepted> {
    const earlier = job.fingerprint === null ? undefined : await this.earlier(job);
    if (earlier && !MAY_BEGIN_ANEW.has(earlier.status))
      return { createdAt: earlier.createdAt, replayed: true };
    try {
      await this.startWorkflow(job);
      this.cache.expire(job.jobId);
      return { createdAt: job.createdAt, replayed: false };
    } catch (error) {
      // Somebody else was faster, with the same key; or what failed is still being cleaned up after.
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      return { createdAt: (await this.earlier(job))?.createdAt ?? job.createdAt, replayed: true };
    }
  }

  /** What was begun under the job's id before; undefined when nothing was. */
  private async earlier(job: DownloadJob): Promise<JobSnapshot | undefined> {
    const snapshot = await this.remembered(job.jobId).catch(ignoreUnknown);
    if (snapshot && snapshot.fingerprint !== job.fingerprint) {
      const message =
        'This key was used for another request. Use a new key, or repeat the request as it was.';
      throw new LonghaulError('IDEMPOTENCY_KEY_REUSED', message);
    }
    return snapshot;
  }

  private async remembered(jobId: string): Promise<JobSnapshot | undefined> {
    return snapshotOf(await this.call(DESCRIBE_DEADLINE_MS, () => this.handle(jobId).describe()));
  }

  private async startWorkflow(job: DownloadJob): Promise<void> {
    const { client, startDeadlineMs } = this.options;
    const snapshot = queuedSnapshot(job);
    await this.call(startDeadlineMs, () =>
      client.workflow.start<typeof downloadWorkflow>(DOWNLOAD_WORKFLOW, {
        workflowId: workflowIdFor(job.jobId),
        // The id is what makes a job exist once, under any race and any number of API servers.
        workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
        workflowIdConflictPolicy: 'FAIL',
        taskQueue: ORCHESTRATION_TASK_QUEUE,
        args: [job],
        memo: { [MEMO.snapshot]: snapshot },
        typedSearchAttributes: [
          { key: userAttribute, value: job.userId },
          { key: statusAttribute, value: snapshot.status },
        ],
        staticSummary: `${job.archive.name}: ${job.files.length} files for ${job.userId}`,
        priority: { priorityKey: PRIORITY_KEYS[job.priority], fairnessKey: job.userId.slice(0, 64) },
      }),
    );
  }

  view(jobId: string): Promise<JobView> {
    return this.cache.get(jobId, () => this.read(jobId));
  }

  async cancel(jobId: string): Promise<JobView> {
    const before = await this.readNow(jobId);
    if (isFinal(before.snapshot.status)) return before;
    const handle = this.handle(jobId);
    await this.call(DESCRIBE_DEADLINE_MS, () => handle.cancel()).catch(ignoreUnknown);
    // However it ended, or if it has not ended yet: the view tells.
    await this.call(CANCEL_WAIT_MS, () => handle.result()).catch(() => undefined);
    return this.readNow(jobId);
  }

  async files(jobId: string, offset: number, limit: number): Promise<FileOutcome[]> {
    const handle = this.handle(jobId);
    return this.call(DESCRIBE_DEADLINE_MS, () =>
      handle.query<FileOutcome[], [number, number]>(FILES_QUERY, offset, limit),
    );
  }

  private readNow(jobId: string): Promise<JobView> {
    this.cache.expire(jobId);
    return this.view(jobId);
  }

  /**
   * Describes the workflow, which tells all there is to know without a worker. One is asked for no more than whether
   * it is there.
   */
  private async read(jobId: string): Promise<JobView> {
    const handle = this.handle(jobId);
    const description = await this.call(DESCRIBE_DEADLINE_MS, () => handle.describe());
    const snapshot = snapshotOf(description);
    if (!snapshot) throw jobNotFound();
    if (description.status.name !== 'RUNNING' || isFinal(snapshot.status)) {
      return { jobId, snapshot, live: null, stale: false };
    }
    const answering = await this.workers.answering(() => this.ask(handle));
    return { jobId, snapshot, live: liveProgress(description), stale: !answering };
  }

  /** Rejects when no worker answers. */
  private async ask(handle: WorkflowHandle): Promise<void> {
    try {
      await this.call(QUERY_DEADLINE_MS, () => handle.query<JobSnapshot>(STATUS_QUERY));
    } catch (error) {
      // Every other error is an answer.
      if (errorCodeOf(error) !== 'TEMPORAL_UNAVAILABLE') return;
      this.options.logger.debug(
        { err: error, workflowId: handle.workflowId },
        'no worker answered the status query',
      );
      throw error;
    }
  }

  private handle(jobId: string) {
    return this.options.client.workflow.getHandle(workflowIdFor(jobId));
  }

  private call<T>(deadlineMs: number, run: () => Promise<T>): Promise<T> {
    return callTemporal(this.options.client, deadlineMs, run);
  }
}

/** A job that is not there: not begun yet, or ended between reading and cancelling it. */
function ignoreUnknown(error: unknown): undefined {
  if (!(error instanceof LonghaulError) || error.code !== 'JOB_NOT_FOUND') throw error;
}
