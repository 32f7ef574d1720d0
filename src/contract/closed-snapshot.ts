import type { ErrorCode } from './errors.js';
import type { JobError, JobSnapshot } from './types.js';

/** How Temporal says that a run ended. */
export interface ClosedRun {
  /** Of the workflow, as the client names it: `TERMINATED`, `TIMED_OUT`, … */
  status: string;
  runId: string;
  closedAt: Date;
}

/** What a run ended as, when it could not write that down itself. */
const UNTOLD_ENDINGS: Partial<Record<string, { code: ErrorCode; message: string }>> = {
  TERMINATED: { code: 'JOB_TERMINATED', message: 'An operator ended the download. Start it again.' },
  TIMED_OUT: {
    code: 'JOB_TIMEOUT',
    message: 'The download took too long. Try again, or ask for fewer files at once.',
  },
  FAILED: { code: 'INTERNAL_ERROR', message: 'The download failed. Give the support id to the operator.' },
};

/** The last snapshot of a run that has closed, made to say how: one that was terminated could not say so itself. */
export function closedSnapshot(snapshot: JobSnapshot, { status, runId, closedAt }: ClosedRun): JobSnapshot {
  if (snapshot.phase === 'ended') return snapshot;
  const completedAt = closedAt.toISOString();
  if (status === 'CANCELLED') {
    return { ...snapshot, phase: 'ended', status: 'cancelled', message: 'Cancelled', completedAt };
  }
  const reason = UNTOLD_ENDINGS[status] ?? UNTOLD_ENDINGS['FAILED']!;
  const error: JobError = { ...reason, retryAfterMs: null, supportId: runId };
  return { ...snapshot, phase: 'ended', status: 'failed', message: reason.message, completedAt, error };
}
