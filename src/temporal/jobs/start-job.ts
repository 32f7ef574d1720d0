import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { errorCodeOf, LonghaulError } from '../../contract/errors.js';
import type { DownloadJob, Priority } from '../../contract/job.js';
import {
  DOWNLOAD_WORKFLOW,
  MEMO,
  ORCHESTRATION_TASK_QUEUE,
  SEARCH_ATTRIBUTES,
  userKeyword,
  workflowIdFor,
} from '../../contract/names.js';
import { queuedSnapshot } from '../../contract/queued-snapshot.js';
import { isFinal, type JobSnapshot } from '../../contract/snapshot.js';
import type { Admission } from '../../jobs/admission.js';
import type { ArchivePresence } from '../../jobs/archive-presence.js';
import type { Accepted } from '../../jobs/jobs.js';
import { isRestartable, statusOf } from '../../jobs/status/download-status.js';
import type { downloadWorkflow } from '../../workflows/index.js';
import type { BuildQueueLimit } from '../build-queue-limit.js';
import { callTemporal, ignoreNotFound } from '../call.js';
import { snapshotOf } from './job-snapshot.js';
import { isCancelling } from './pending-activities.js';
import { fairnessKeyOf, summaryOf } from './start-options.js';

/** Temporal's priorities go from 1, the first, to 5. */
const PRIORITY_KEYS: Record<Priority, number> = { standard: 3, low: 5 };

const DESCRIBE_DEADLINE_MS = 3_000;
/** The part of a request's time that starting the job needs after waiting for an earlier run. */
const START_RESERVE_MS = 1_000;

const userAttribute = defineSearchAttributeKey(SEARCH_ATTRIBUTES.user, 'KEYWORD');
const statusAttribute = defineSearchAttributeKey(SEARCH_ATTRIBUTES.status, 'KEYWORD');

/** The latest run of a job id. */
interface EarlierRun {
  snapshot: JobSnapshot;
  /** The workflow has not closed: it runs, or cleans up after a failure. */
  isOpen: boolean;
  isCancelling: boolean;
}

/** Starts jobs as workflows, exactly once per job id under any race and on any number of API servers. */
export class JobStarter {
  constructor(
    private readonly client: Client,
    private readonly admission: Admission,
    private readonly archives: ArchivePresence,
    private readonly buildQueue: BuildQueueLimit,
  ) {}

  /** @see Jobs.start */
  async start(job: DownloadJob, deadline: number): Promise<Accepted> {
    // The id of a job without a key is new, so it has no earlier run.
    let earlier = job.fingerprint === null ? undefined : await this.earlierRun(job, deadline);
    for (;;) {
      const step = nextStep(earlier, await this.willRestart(earlier));
      if (step === 'replay') return { createdAt: earlier!.snapshot.createdAt, replayed: true };
      if (step === 'wait') await this.untilClosed(job.jobId, deadline);
      const accepted = step === 'start' && (await this.tryStart(job, deadline, earlier));
      if (accepted) return accepted;
      earlier = await this.earlierRun(job, deadline);
    }
  }

  /** True for a run whose archive expired or was deleted, and for one that failed or was cancelled. */
  private async willRestart(earlier: EarlierRun | undefined): Promise<boolean> {
    if (!earlier) return false;
    const { snapshot } = earlier;
    const isOver = isRestartable(statusOf(snapshot, Date.now()));
    return isOver || this.archives.isGone(snapshot, { fresh: true });
  }

  /** @returns undefined when a concurrent request with the same key started the job first. */
  private async tryStart(
    job: DownloadJob,
    deadline: number,
    earlier: EarlierRun | undefined,
  ): Promise<Accepted | undefined> {
    await this.buildQueue.admit(job);
    const isCounted = await this.admission.admit(job);
    try {
      const runId = await this.startWorkflow(job, deadline, earlier);
      if (runId) return { createdAt: job.createdAt, replayed: false, runId };
    } catch (error) {
      if (isCounted) this.admission.withdraw(job);
      throw error;
    }
    return undefined;
  }

  /** @returns the id of the new run; undefined when the job id is taken. */
  private async startWorkflow(
    job: DownloadJob,
    deadline: number,
    earlier: EarlierRun | undefined,
  ): Promise<string | undefined> {
    const hadArchive = earlier?.snapshot.status === 'completed';
    // Temporal cannot tell a run without archive from a new completed one, so check again right before the start.
    if (
      hadArchive &&
      (await this.earlierRun(job, deadline))?.snapshot.createdAt !== earlier.snapshot.createdAt
    ) {
      return undefined;
    }
    const snapshot = queuedSnapshot(job);
    try {
      const { firstExecutionRunId } = await callTemporal(this.client, timeLeft(deadline), () =>
        this.client.workflow.start<typeof downloadWorkflow>(DOWNLOAD_WORKFLOW, {
          workflowId: workflowIdFor(job.jobId),
          workflowIdReusePolicy: hadArchive ? 'ALLOW_DUPLICATE' : 'ALLOW_DUPLICATE_FAILED_ONLY',
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
      return firstExecutionRunId;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
      throw error;
    }
  }

  /** @throws LonghaulError JOB_ENDING when waiting longer would leave no time to start the job. */
  private async untilClosed(jobId: string, deadline: number): Promise<void> {
    try {
      const ms = Math.max(1, timeLeft(deadline) - START_RESERVE_MS);
      await callTemporal(this.client, ms, () => this.handle(jobId).result());
    } catch (error) {
      // Every other error is the way the run ended.
      if (errorCodeOf(error) !== 'TEMPORAL_UNAVAILABLE') return;
      const message = 'The previous attempt is still being removed. Try again in a moment.';
      throw new LonghaulError('JOB_ENDING', message, { cause: error });
    }
  }

  private async earlierRun(job: DownloadJob, deadline: number): Promise<EarlierRun | undefined> {
    const ms = Math.min(DESCRIBE_DEADLINE_MS, timeLeft(deadline));
    const describe = () => this.handle(job.jobId).describe();
    const description = await callTemporal(this.client, ms, describe).catch(ignoreNotFound);
    const snapshot = description && snapshotOf(description);
    if (!snapshot) return undefined;
    if (snapshot.fingerprint !== job.fingerprint) throw keyReused();
    const isOpen = description.status.name === 'RUNNING';
    return { snapshot, isOpen, isCancelling: isCancelling(description) };
  }

  private handle(jobId: string) {
    return this.client.workflow.getHandle(workflowIdFor(jobId));
  }
}

/** A job that is failing or being cancelled must clean up before it runs again. */
function nextStep(earlier: EarlierRun | undefined, willRestart: boolean): 'start' | 'wait' | 'replay' {
  if (!earlier) return 'start';
  const { snapshot, isOpen } = earlier;
  if (!isOpen) return willRestart ? 'start' : 'replay';
  return willRestart || (earlier.isCancelling && !isFinal(snapshot.status)) ? 'wait' : 'replay';
}

/** @throws LonghaulError REQUEST_TIMEOUT when none is left. */
function timeLeft(deadline: number): number {
  const ms = deadline - Date.now();
  if (ms > 0) return ms;
  throw new LonghaulError('REQUEST_TIMEOUT', 'The request took too long. Try again in a moment.');
}

function keyReused(): LonghaulError {
  const message = 'This key was used for another request. Use a new key, or repeat the request as it was.';
  return new LonghaulError('IDEMPOTENCY_KEY_REUSED', message);
}
