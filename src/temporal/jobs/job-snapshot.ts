import type { WorkflowExecutionInfo } from '@temporalio/client';
import type { ErrorCode } from '../../contract/errors.js';
import { MEMO } from '../../contract/names.js';
import type { JobError, JobSnapshot } from '../../contract/snapshot.js';

/** What a workflow ended as, when it could not write that into its memo itself. */
const UNTOLD_ENDINGS: Partial<Record<string, { code: ErrorCode; message: string }>> = {
  TERMINATED: { code: 'JOB_TERMINATED', message: 'An operator ended the download. Start it again.' },
  TIMED_OUT: {
    code: 'JOB_TIMEOUT',
    message: 'The download took too long. Try again, or ask for fewer files at once.',
  },
  FAILED: { code: 'INTERNAL_ERROR', message: 'The download failed. Give the support id to the operator.' },
};

/** The snapshot in the memo: as of the last change of phase, made to say how the workflow ended. */
export function snapshotOf(description: Omit<WorkflowExecutionInfo, 'raw'>): JobSnapshot | undefined {
  const snapshot = description.memo?.[MEMO.snapshot] as JobSnapshot | undefined;
  const status = description.status.name;
  if (!snapshot || status === 'RUNNING' || snapshot.phase === 'ended') return snapshot;
  const completedAt = (description.closeTime ?? new Date()).toISOString();
  if (status === 'CANCELLED') {
    return { ...snapshot, phase: 'ended', status: 'cancelled', message: 'Cancelled', completedAt };
  }
  const reason = UNTOLD_ENDINGS[status] ?? UNTOLD_ENDINGS['FAILED']!;
  const error: JobError = { ...reason, retryAfterMs: null, supportId: description.runId };
  return { ...snapshot, phase: 'ended', status: 'failed', message: reason.message, completedAt, error };
}
