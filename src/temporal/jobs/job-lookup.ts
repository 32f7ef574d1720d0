import { type Client, type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';
import type { JobState, JobLookup } from '../../activities/sweep/job-lookup.js';
import { LonghaulError } from '../../contract/errors.js';
import { MEMO, workflowIdFor } from '../../contract/names.js';
import type { JobSnapshot } from '../../contract/snapshot.js';

const DESCRIBE_MS = 10_000;

/** Looks up the state of jobs by describing their workflows. */
export class TemporalJobLookup implements JobLookup {
  constructor(private readonly client: Client) {}

  async lookUp(jobId: string, signal: AbortSignal): Promise<JobState> {
    const handle = this.client.workflow.getHandle(workflowIdFor(jobId));
    const describe = () => this.client.withAbortSignal(signal, () => handle.describe());
    try {
      return stateOf(await this.client.withDeadline(Date.now() + DESCRIBE_MS, describe));
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return { state: 'unknown' };
      if (signal.aborted) throw signal.reason;
      const message = 'The job service is not responding. Try again in a moment.';
      throw new LonghaulError('TEMPORAL_UNAVAILABLE', message, { cause: error });
    }
  }
}

const DEAD: ReadonlySet<string> = new Set(['FAILED', 'CANCELLED', 'TERMINATED', 'TIMED_OUT']);

function stateOf({ status, closeTime, memo }: WorkflowExecutionDescription): JobState {
  if (DEAD.has(status.name)) return { state: 'dead' };
  // Treats unknown statuses of newer servers as running: the sweep then deletes nothing.
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
