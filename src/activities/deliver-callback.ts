import type { Callback, CallbackActivities, CallbackAttempt } from '../contract/callbacks/callbacks.js';
import { OutboundError } from '../outbound/outbound-error.js';
import { discard, type OutboundHttp } from '../outbound/outbound-http.js';
import { retryAfterMs } from '../outbound/retry-after.js';
import { signedHeaders } from '../outbound/signed-headers.js';
import type { Logger } from '../telemetry/logger.js';
import { type ActivityContext, asActivity } from './as-activity.js';

/** Timeout from the request to the head of its response. The body is not read. */
const ANSWER_MS = 15_000;

/** Hint for the operator, who reads the workflow and the log. */
const HOW_TO_ALLOW = 'add the receiver to OUTBOUND_ALLOWED_HOSTS to allow it';

/** Dependencies of the callback activity, created in `worker/task-queues.ts`. */
export interface CallbackDependencies {
  http: Pick<OutboundHttp, 'send'>;
  /** Each of them signs every message. */
  secrets: readonly string[];
  operatorUrl: string | undefined;
  logger: Logger;
  /** Response timeout; 15,000 ms by default. */
  answerMs?: number;
}

export function createCallbackActivities(deps: CallbackDependencies): CallbackActivities {
  return { deliverCallback: asActivity(deps, deliverCallback) };
}

/** @see CallbackActivities.deliverCallback */
async function deliverCallback(
  deps: CallbackDependencies,
  callback: Callback,
  context: ActivityContext,
): Promise<CallbackAttempt> {
  const startedAt = performance.now();
  const outcome = await send(deps, callback, context.signal);
  const attempt = { ...outcome, durationMs: Math.round(performance.now() - startedAt) };
  context.logger.info({ messageId: callback.messageId, ...attempt }, 'callback attempted');
  return attempt;
}

type Outcome = Omit<CallbackAttempt, 'durationMs'>;

async function send(
  { http, secrets, operatorUrl, answerMs = ANSWER_MS }: CallbackDependencies,
  { messageId, target, payload }: Callback,
  signal: AbortSignal,
): Promise<Outcome> {
  const trusted = target.kind === 'operator';
  const url = target.kind === 'operator' ? operatorUrl : target.url;
  if (url === undefined) return noResponse('OPERATOR_WEBHOOK_URL is not set on the worker');
  if (!trusted && secrets.length === 0) return noResponse('WEBHOOK_SECRETS is not set on the worker');
  const body = JSON.stringify(payload);
  const headers = signedHeaders({ id: messageId, body }, secrets, new Date());
  try {
    const answer = await http.send({ method: 'POST', url, headers, body, answerMs, trusted, signal });
    discard(answer);
    const { status } = answer;
    return { status, reason: reasonOf(status), retryAfterMs: retryAfterMs(answer.headers['retry-after']) };
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    return noResponse(error.failure === 'refused' ? `${error.message}; ${HOW_TO_ALLOW}` : error.message);
  }
}

function noResponse(reason: string): Outcome {
  return { status: null, reason, retryAfterMs: null };
}

function reasonOf(status: number): string {
  if (status >= 200 && status < 300) return `acknowledged with ${status}`;
  if (status >= 300 && status < 400) return `responded with ${status}: redirects are not followed`;
  return status === 410
    ? 'responded with 410: the receiver wants no more messages'
    : `responded with ${status}`;
}
