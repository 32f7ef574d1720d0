import type { JobEnded, JobFailed } from '../http/callback-schemas.js';

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
