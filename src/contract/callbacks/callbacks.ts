import type { ErrorCode } from '../errors.js';
import type { DownloadStatus } from '../types.js';

/** What is told of a job that has ended: its status as a client reads it, without anything that runs out. */
export interface JobEnded {
  type: 'download.completed' | 'download.failed' | 'download.cancelled';
  /** When it ended; RFC 3339. */
  timestamp: string;
  data: Pick<
    DownloadStatus,
    | 'jobId'
    | 'status'
    | 'message'
    | 'filesProcessed'
    | 'filesSkipped'
    | 'totalFiles'
    | 'bytesProcessed'
    | 'bytesTotal'
    | 'attempts'
    | 'createdAt'
    | 'startedAt'
    | 'completedAt'
    | 'expiresAt'
    | 'archive'
    | 'error'
  > & {
    /** Where the archive is fetched, below the address of the API. */
    downloadPath: string;
    labels: Record<string, string>;
  };
}

/** What operators are told of a job that failed. */
export interface JobFailed {
  type: 'download.failed';
  timestamp: string;
  data: {
    jobId: string;
    userId: string;
    code: ErrorCode;
    message: string;
    supportId: string;
    workflowId: string;
  };
}

/** Input of the workflow that delivers one message. */
export interface Callback {
  /** The same on every try: `webhook-id` of Standard Webhooks. */
  messageId: string;
  /** `operator` is OPERATOR_WEBHOOK_URL of the worker, which may be a secret and so stays out of the history. */
  target: { kind: 'url'; url: string } | { kind: 'operator' };
  payload: JobEnded | JobFailed;
}

/** What became of one try. Nothing of what the receiver answered but its status. */
export interface CallbackAttempt {
  /** HTTP status; null when there was no answer. */
  status: number | null;
  /** In plain words, fit to be shown to anybody. */
  reason: string;
  durationMs: number;
  /** How long the receiver wants to be left alone; null when it does not say. */
  retryAfterMs: number | null;
}

export interface CallbackActivities {
  /** One try. That it was not acknowledged is a result, not a failure. */
  deliverCallback: (callback: Callback) => Promise<CallbackAttempt>;
}

/** How a delivery ended: acknowledged, or unwanted by a receiver that answered 410. */
export interface CallbackResult {
  outcome: 'delivered' | 'unwanted';
  attempts: number;
}

/** Type of the failure that closes a delivery that was given up. */
export const CALLBACK_GIVEN_UP = 'CallbackGivenUp';
