import { type Client, type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';
import type { JobState, JobLookup } from '../../activities/sweep/job-lookup.js';
import { LonghaulError } from '../../contract/errors.js';
import { MEMO, workflowIdFor } from '../../contract/names.js';
import type { JobSnapshot } from '../../contract/snapshot.js';

const DESCRIBE_MS = 10_000;

/** Tells of jobs by the workflows that they are. */
export class TemporalJobLookup implements JobLookup {
  constructor(private readonly client: Client) {}

  async lookUp(jobId: string, signal: AbortSignal): Promise<JobState> {
    const handle = this.client.workflow.getHandle(workflowIdFor(jobId));
    const describe = () => this.client.withAbortSignal(signal, () => handle.describe());
    try {
      return lookUp(await this.client.withDeadline(Date.now() + DESCRIBE_MS, describe));
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return { state: 'unknown' };
      if (signal.aborted) throw signal.reason;
      const message = 'The job service did not say what became of a job. Try again shortly.';
      throw new LonghaulError('TEMPORAL_UNAVAILABLE', message, { cause: error });
    }
  }
}

const DEAD: ReadonlySet<string> = new Set(['FAILED', 'CANCELLED', 'TERMINATED', 'TIMED_OUT']);

function lookUp({ status, closeTime, memo }: WorkflowExecutionDescription): JobState {
  if (DEAD.has(status.name)) return { state: 'dead' };
  // Also what a later server may call by a name that we do not know.
  if (status.name !== 'COMPLETED') return { state: 'running' };
  const snapshot = memo?.[MEMO.snapshot] as JobSnapshot | undefined;
  return {
    state: 'completed',
    completedAt: snapshot?.completedAt
      ? Date.parse(snapshot.completedAt)
      : (closeTime?.getTime() ?? Date.now()),
    ttlMs: snapshot?.ttlMs ?? null,
    archiveKey: snapshot?.archiveKey ?? null,
  };
}
