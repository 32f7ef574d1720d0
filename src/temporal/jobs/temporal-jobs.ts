import { type Client, WorkflowExecutionAlreadyStartedError, type WorkflowHandle } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { errorCodeOf, jobNotFound, LonghaulError } from '../../contract/errors.js';
import {
  DOWNLOAD_WORKFLOW,
  FILES_QUERY,
  MEMO,
  ORCHESTRATION_TASK_QUEUE,
  SEARCH_ATTRIBUTES,
  STATUS_QUERY,
  userKeyword,
  workflowIdFor,
} from '../../contract/names.js';
import type { DownloadJob, Priority } from '../../contract/job.js';
import type { FileOutcome } from '../../contract/files.js';
import { isFinal, type JobSnapshot, type JobStatus } from '../../contract/snapshot.js';
import { queuedSnapshot } from '../../contract/queued-snapshot.js';
import type { Logger } from '../../telemetry/logger.js';
import { snapshotOf } from './job-snapshot.js';
import type { downloadWorkflow } from '../../workflows/index.js';
import type { Admission } from '../../jobs/admission.js';
import type { Accepted, Jobs, JobView } from '../../jobs/jobs.js';
import { statusOf } from '../../jobs/status/download-status.js';
import { type Lanes, queuePositions } from '../../jobs/user-queues.js';
import { StatusCache } from '../../jobs/status/status-cache.js';
import { callTemporal } from '../call.js';
import { fairnessKeyOf, summaryOf } from './start-options.js';
import { describedSnapshot, isBetweenSteps, isCancelling, liveProgress } from './pending-activities.js';
import { type Asked, WorkerQueryBreaker } from './worker-query-breaker.js';

/** Temporal's priorities go from 1, the first, to 5. */
const PRIORITY_KEYS: Record<Priority, number> = { standard: 3, low: 5 };

const DESCRIBE_DEADLINE_MS = 3_000;
const QUERY_DEADLINE_MS = 5_000;
/** What starting a job needs of a request's time. */
const START_RESERVE_MS = 1_000;
/** How long a job is told from its memo alone. */
const YOUNG_MS = 1_000;
/** How long a cancellation is waited for before the answer says that it is under way. */
const CANCEL_WAIT_MS = 3_000;

/** What the same key starts again. */
const MAY_BEGIN_ANEW: ReadonlySet<JobStatus> = new Set(['failed', 'cancelled', 'expired']);

const userAttribute = defineSearchAttributeKey(SEARCH_ATTRIBUTES.user, 'KEYWORD');
const statusAttribute = defineSearchAttributeKey(SEARCH_ATTRIBUTES.status, 'KEYWORD');

/** What was begun under a key before. */
interface Earlier extends JobSnapshot {
  /** It was told to stop, and has not yet. */
  cancelling: boolean;
}

export interface TemporalJobsOptions {
  client: Client;
  logger: Logger;
  lanes: Lanes;
  admission: Admission;
  /** Whether the jobs of a user wait for each other. */
  capped: boolean;
}

/** Jobs as Temporal workflows: the workflow is the only record of a job. */
export class TemporalJobs implements Jobs {
  private readonly cache = new StatusCache();
  private readonly queries = new WorkerQueryBreaker();

  constructor(private readonly options: TemporalJobsOptions) {}

  async start(job: DownloadJob, deadline: number): Promise<Accepted> {
    const earlier = job.fingerprint === null ? undefined : await this.earlier(job, deadline);
    const before = earlier && statusOf(earlier, Date.now());
    if (earlier && before && !MAY_BEGIN_ANEW.has(before)) {
      return earlier.cancelling ? this.startAfter(job, deadline) : replayOf(earlier);
    }
    const counted = await this.options.admission.admit(job);
    // Somebody else may have begun it anew in the meantime, and have it completed by now.
    if (before === 'expired' && (await this.earlier(job, deadline))?.createdAt !== earlier?.createdAt) {
      return this.start(job, deadline);
    }
    try {
      await this.startWorkflow(job, deadline, before === 'expired');
      this.cache.expire(job.jobId);
      return { createdAt: job.createdAt, replayed: false };
    } catch (error) {
      const exists = error instanceof WorkflowExecutionAlreadyStartedError;
      if (counted && !exists) this.options.admission.withdraw(job);
      if (!exists) throw error;
      return this.startedBefore(job, deadline);
    }
  }

  /** Somebody else was faster, with the same key; or what failed is still being cleaned up after, and begins anew then. */
  private async startedBefore(job: DownloadJob, deadline: number): Promise<Accepted> {
    const earlier = await this.earlier(job, deadline);
    if (!earlier) return replayOf(job);
    const isOver = earlier.cancelling || MAY_BEGIN_ANEW.has(statusOf(earlier, Date.now()));
    return isOver ? this.startAfter(job, deadline) : replayOf(earlier);
  }

  private async startAfter(job: DownloadJob, deadline: number): Promise<Accepted> {
    await this.untilClosed(job.jobId, deadline);
    return this.start(job, deadline);
  }

  /** @throws LonghaulError JOB_ENDING when that would leave no time to do anything afterwards. */
  private async untilClosed(jobId: string, deadline: number): Promise<void> {
    try {
      const ms = Math.max(1, timeLeft(deadline) - START_RESERVE_MS);
      await this.call(ms, () => this.handle(jobId).result());
    } catch (error) {
      // Every other error is how the job ended.
      if (errorCodeOf(error) !== 'TEMPORAL_UNAVAILABLE') return;
      const message = 'What is left of the job before is still being removed. Try again in a moment.';
      throw new LonghaulError('JOB_ENDING', message, { cause: error });
    }
  }

  /** What was begun under the job's id before; undefined when nothing was. */
  private async earlier(job: DownloadJob, deadline: number): Promise<Earlier | undefined> {
    const snapshot = await this.remembered(job.jobId, deadline).catch(ignoreUnknown);
    if (snapshot && snapshot.fingerprint !== job.fingerprint) {
      const message =
        'This key was used for another request. Use a new key, or repeat the request as it was.';
      throw new LonghaulError('IDEMPOTENCY_KEY_REUSED', message);
    }
    return snapshot;
  }

  private async remembered(jobId: string, deadline: number): Promise<Earlier | undefined> {
    const ms = Math.min(DESCRIBE_DEADLINE_MS, timeLeft(deadline));
    const description = await this.call(ms, () => this.handle(jobId).describe());
    const snapshot = snapshotOf(description);
    return snapshot && { ...snapshot, cancelling: isCancelling(description) && !isFinal(snapshot.status) };
  }

  /** @param expired whether there was such a job that has completed and is no more. */
  private async startWorkflow(job: DownloadJob, deadline: number, expired: boolean): Promise<void> {
    const { client } = this.options;
    const snapshot = queuedSnapshot(job);
    const { firstExecutionRunId } = await this.call(timeLeft(deadline), () =>
      client.workflow.start<typeof downloadWorkflow>(DOWNLOAD_WORKFLOW, {
        workflowId: workflowIdFor(job.jobId),
        // The id is what makes a job exist once, under any race and any number of API servers.
        workflowIdReusePolicy: expired ? 'ALLOW_DUPLICATE' : 'ALLOW_DUPLICATE_FAILED_ONLY',
        workflowIdConflictPolicy: 'FAIL',
        taskQueue: ORCHESTRATION_TASK_QUEUE,
        args: [job],
        memo: { [MEMO.snapshot]: snapshot },
        typedSearchAttributes: [
          { key: userAttribute, value: userKeyword(job.userId) },
          { key: statusAttribute, value: snapshot.status },
        ],
        staticSummary: summaryOf(job),
        priority: { priorityKey: PRIORITY_KEYS[job.priority], fairnessKey: fairnessKeyOf(job.userId) },
      }),
    );
    if (job.policy.maxRunning > 0) await this.options.lanes.announce(job, firstExecutionRunId);
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
   * Describes the workflow first and asks it second: what the query answers is then never older than the heartbeats.
   * Where it is not asked, for want of a worker or of budget, its memo tells nearly as much; of a job that has ended, all.
   */
  private async read(jobId: string, looksAgain = true): Promise<JobView> {
    const handle = this.handle(jobId);
    const description = await this.call(DESCRIBE_DEADLINE_MS, () => handle.describe());
    const remembered = describedSnapshot(description);
    if (!remembered) throw jobNotFound();
    const { runId } = description;
    if (description.status.name !== 'RUNNING' || isFinal(remembered.status)) {
      return { jobId, runId, snapshot: remembered, live: null, stale: false };
    }
    const live = liveProgress(description);
    const needed = isBetweenSteps(description, remembered);
    const { answer, silent } = await this.asked(handle, remembered, needed);
    // While it was waited for, the workflow may have gone on to the next step.
    if (needed && !answer && looksAgain) return this.read(jobId, false);
    return this.placed({ jobId, runId, snapshot: answer ?? remembered, live, stale: silent });
  }

  /** With its place in the queue, for a job that waits, or will as soon as its files are looked up. */
  private async placed(view: JobView): Promise<JobView> {
    const { jobId, snapshot } = view;
    if (snapshot.phase !== 'waiting' && (snapshot.status !== 'queued' || !this.options.capped)) return view;
    const places = await queuePositions(this.options.lanes, snapshot.userId, [jobId]);
    return places ? { ...view, queuePosition: places.get(jobId) ?? null } : { ...view, stale: true };
  }

  /**
   * In its first moments a job changes its phase, and so its memo, all the time; a query would only slow it down. Nor is
   * there anything to ask of one that waits: nothing happens in its workflow.
   */
  private async asked(
    handle: WorkflowHandle,
    { createdAt, phase }: JobSnapshot,
    needed: boolean,
  ): Promise<Asked<JobSnapshot | undefined>> {
    if (phase === 'waiting') return { answer: undefined, silent: false };
    const young = Date.now() - Date.parse(createdAt) < YOUNG_MS;
    if (young && !needed) return { answer: undefined, silent: this.queries.silent };
    return this.queries.ask(() => this.query(handle), { needed });
  }

  /** Rejects when no worker answers; every other error is an answer of a kind, and tells nothing. */
  private async query(handle: WorkflowHandle): Promise<JobSnapshot | undefined> {
    try {
      return await this.call(QUERY_DEADLINE_MS, () => handle.query<JobSnapshot>(STATUS_QUERY));
    } catch (error) {
      const { workflowId } = handle;
      this.options.logger.debug({ err: error, workflowId }, 'the status query was not answered');
      if (errorCodeOf(error) === 'TEMPORAL_UNAVAILABLE') throw error;
      return undefined;
    }
  }

  private handle(jobId: string) {
    return this.options.client.workflow.getHandle(workflowIdFor(jobId));
  }

  private call<T>(deadlineMs: number, run: () => Promise<T>): Promise<T> {
    return callTemporal(this.options.client, deadlineMs, run);
  }
}

function replayOf({ createdAt }: Pick<JobSnapshot, 'createdAt'>): Accepted {
  return { createdAt, replayed: true };
}

/** @throws LonghaulError REQUEST_TIMEOUT when there is none. */
function timeLeft(deadline: number): number {
  const ms = deadline - Date.now();
  if (ms > 0) return ms;
  throw new LonghaulError('REQUEST_TIMEOUT', 'The request took too long. Try again in a moment.');
}

/** A job that is not there: not begun yet, or ended between reading and cancelling it. */
function ignoreUnknown(error: unknown): undefined {
  if (!(error instanceof LonghaulError) || error.code !== 'JOB_NOT_FOUND') throw error;
}
