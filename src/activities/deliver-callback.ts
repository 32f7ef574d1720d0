import type { Callback, CallbackActivities, CallbackAttempt } from '../contract/callbacks/callbacks.js';
import { OutboundError } from '../outbound/outbound-error.js';
import { discard, type OutboundHttp } from '../outbound/outbound-http.js';
import { retryAfterMs } from '../outbound/retry-after.js';
import { signedHeaders } from '../outbound/signed-headers.js';
import type { Logger } from '../telemetry/logger.js';
import { type ActivityContext, asActivity } from './as-activity.js';

/** From a request to the head of its answer; what comes after that is not read. */
const ANSWER_MS = 15_000;

/** For whoever reads the workflow or the log: that is the operator. */
const HOW_TO_ALLOW = 'OUTBOUND_ALLOWED_HOSTS lets receivers of your own network through';

/** What delivering callbacks works with; the worker's composition root makes it. */
export interface CallbackDependencies {
  http: Pick<OutboundHttp, 'send'>;
  /** Each signs every message. */
  secrets: readonly string[];
  operatorUrl: string | undefined;
  logger: Logger;
  /** A quarter of a minute when absent. */
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
  const outcome = await tryOnce(deps, callback, context.signal);
  const attempt = { ...outcome, durationMs: Math.round(performance.now() - startedAt) };
  context.logger.info({ messageId: callback.messageId, ...attempt }, 'callback tried');
  return attempt;
}

type Outcome = Omit<CallbackAttempt, 'durationMs'>;

async function tryOnce(
  { http, secrets, operatorUrl, answerMs = ANSWER_MS }: CallbackDependencies,
  { messageId, target, payload }: Callback,
  signal: AbortSignal,
): Promise<Outcome> {
  const trusted = target.kind === 'operator';
  const url = target.kind === 'operator' ? operatorUrl : target.url;
  if (url === undefined) return unanswered('no worker knows OPERATOR_WEBHOOK_URL');
  if (!trusted && secrets.length === 0) return unanswered('no worker knows WEBHOOK_SECRETS');
  const body = JSON.stringify(payload);
  const headers = signedHeaders({ id: messageId, body }, secrets, new Date());
  try {
    const answer = await http.send({ method: 'POST', url, headers, body, answerMs, trusted, signal });
    discard(answer);
    const { status } = answer;
    return { status, reason: reasonOf(status), retryAfterMs: retryAfterMs(answer.headers['retry-after']) };
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    return unanswered(error.failure === 'refused' ? `${error.message}; ${HOW_TO_ALLOW}` : error.message);
  }
}

function unanswered(reason: string): Outcome {
  return { status: null, reason, retryAfterMs: null };
}

function reasonOf(status: number): string {
  if (status >= 200 && status < 300) return `acknowledged with ${status}`;
  if (status >= 300 && status < 400) return `answered ${status}: redirects are not followed`;
  return status === 410 ? 'answered 410: it wants no more' : `answered ${status}`;
}
