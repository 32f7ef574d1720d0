import type { WorkflowExecutionInfo } from '@temporalio/client';
import type { ErrorCode } from '../../contract/errors.js';
import { MEMO } from '../../contract/names.js';
import type { JobError, JobSnapshot } from '../../contract/snapshot.js';

/** The error of a workflow that was closed from outside, and so could not write it into its memo. */
const OUTSIDE_ENDINGS: Partial<Record<string, { code: ErrorCode; message: string }>> = {
  TERMINATED: { code: 'JOB_TERMINATED', message: 'An operator ended the download. Start it again.' },
  TIMED_OUT: {
    code: 'JOB_TIMEOUT',
    message: 'The download took too long. Try again, or ask for fewer files at once.',
  },
  FAILED: { code: 'INTERNAL_ERROR', message: 'The download failed. Give the support id to the operator.' },
};

/** The run of a workflow, as `describe` and the visibility index know it. */
export interface WorkflowRun {
  runId: string;
  /** `RUNNING`, `COMPLETED`, `CANCELLED` … */
  status: string;
  closedAt: Date | undefined;
  /** The snapshot in the memo, as of the last change of phase. */
  snapshot: JobSnapshot | undefined;
}

/** The snapshot in the memo of a described workflow, corrected by the way the workflow closed. */
export function snapshotOf(description: Omit<WorkflowExecutionInfo, 'raw'>): JobSnapshot | undefined {
  const { runId, status, closeTime, memo } = description;
  const snapshot = memo?.[MEMO.snapshot] as JobSnapshot | undefined;
  return closedSnapshot({ runId, status: status.name, closedAt: closeTime, snapshot });
}

/** The snapshot of a run, corrected by the way the workflow closed: one closed from outside wrote no last snapshot. */
export function closedSnapshot({ runId, status, closedAt, snapshot }: WorkflowRun): JobSnapshot | undefined {
  if (!snapshot || status === 'RUNNING' || snapshot.phase === 'ended') return snapshot;
  const completedAt = (closedAt ?? new Date()).toISOString();
  if (status === 'CANCELLED') {
    return { ...snapshot, phase: 'ended', status: 'cancelled', message: 'Cancelled', completedAt };
  }
  const reason = OUTSIDE_ENDINGS[status] ?? OUTSIDE_ENDINGS['FAILED']!;
  const error: JobError = { ...reason, retryAfterMs: null, supportId: runId, fileIds: [] };
  return { ...snapshot, phase: 'ended', status: 'failed', message: reason.message, completedAt, error };
}
