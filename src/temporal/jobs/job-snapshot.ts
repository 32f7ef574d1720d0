import type { WorkflowExecutionInfo } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import type { ErrorCode } from '../../contract/errors.js';
import { MEMO, SEARCH_ATTRIBUTES } from '../../contract/names.js';
import type { JobError, JobSnapshot } from '../../contract/snapshot.js';

const STATUS_ATTRIBUTE = defineSearchAttributeKey(SEARCH_ATTRIBUTES.status, 'KEYWORD');

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
  /** The status in the search attribute, as of its last change. */
  indexedStatus: string | undefined;
}

/** The snapshot in the memo of a described workflow, corrected by the way the workflow closed. */
export function snapshotOf(description: Omit<WorkflowExecutionInfo, 'raw'>): JobSnapshot | undefined {
  const { runId, status, closeTime, memo, typedSearchAttributes } = description;
  return currentSnapshot({
    runId,
    status: status.name,
    closedAt: closeTime,
    snapshot: memo?.[MEMO.snapshot] as JobSnapshot | undefined,
    indexedStatus: typedSearchAttributes.get(STATUS_ATTRIBUTE),
  });
}

/**
 * The snapshot of a run, corrected by what only Temporal knows: a grant of a slot changes no phase, and a workflow that
 * was closed from outside wrote no last snapshot.
 */
export function currentSnapshot(run: WorkflowRun): JobSnapshot | undefined {
  const { runId, status, closedAt, snapshot } = run;
  if (!snapshot || snapshot.phase === 'ended') return snapshot;
  if (status === 'RUNNING') {
    const isGranted = snapshot.status === 'queued' && run.indexedStatus === 'running';
    return isGranted ? { ...snapshot, status: 'running' } : snapshot;
  }
  const completedAt = (closedAt ?? new Date()).toISOString();
  if (status === 'CANCELLED') {
    return { ...snapshot, phase: 'ended', status: 'cancelled', message: 'Cancelled', completedAt };
  }
  const reason = OUTSIDE_ENDINGS[status] ?? OUTSIDE_ENDINGS['FAILED']!;
  const error: JobError = { ...reason, retryAfterMs: null, supportId: runId, fileIds: [] };
  return { ...snapshot, phase: 'ended', status: 'failed', message: reason.message, completedAt, error };
}
