import type { JobEnded, JobFailed } from '../http/callback-schemas.js';

/** Input of the workflow that delivers one message. */
export interface Callback {
  /** The `webhook-id` of Standard Webhooks, equal on every attempt. */
  messageId: string;
  /**
   * `operator` stands for the worker's OPERATOR_WEBHOOK_URL: it may be a secret, so the history must not contain it.
   */
  target: { kind: 'url'; url: string } | { kind: 'operator' };
  payload: JobEnded | JobFailed;
}

/** Result of one delivery attempt. Contains nothing of the response but its status. */
export interface CallbackAttempt {
  /** HTTP status; null without a response. */
  status: number | null;
  /** Plain text without secrets. */
  reason: string;
  durationMs: number;
  /** The receiver's Retry-After; null without one. */
  retryAfterMs: number | null;
}

export interface CallbackActivities {
  /** Makes one attempt. A message that is not acknowledged is a result, not a failure. */
  deliverCallback: (callback: Callback) => Promise<CallbackAttempt>;
}

/** Outcome of a delivery: acknowledged, or rejected for good with 410. */
export interface CallbackResult {
  outcome: 'delivered' | 'unwanted';
  attempts: number;
}

/** Failure type of a delivery whose last attempt failed. */
export const CALLBACK_GIVEN_UP = 'CallbackGivenUp';
