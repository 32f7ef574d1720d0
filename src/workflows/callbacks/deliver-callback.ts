import {
  ApplicationFailure,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  sleep,
} from '@temporalio/workflow';
import {
  type Callback,
  CALLBACK_GIVEN_UP,
  type CallbackActivities,
  type CallbackAttempt,
  type CallbackResult,
} from '../../contract/callbacks/callbacks.js';
import type { CallbackEnding } from '../../contract/telemetry.js';
import { receiverOf } from '../../contract/callbacks/ending-callbacks.js';
import { callbackOptions } from '../activity-options.js';
import { retryDelay } from './retry-schedule.js';
import { handOverOf } from '../download/endings.js';
import { telemetry } from '../telemetry.js';

const HTTP_GONE = 410;

/**
 * Delivers one message at least once. Retries until the receiver acknowledges it or answers 410; fails after three
 * days. Each attempt is an activity of its own and a row in the details that the Web UI shows.
 */
export async function deliverCallbackWorkflow(callback: Callback): Promise<CallbackResult> {
  const record = new DeliveryRecord(callback);
  const startedAt = Date.now();
  for (let attempts = 1; ; attempts++) {
    const attempt = await attemptDelivery(callback, attempts);
    record.add(attempt);
    if (isAcknowledged(attempt)) return record.close({ outcome: 'delivered', attempts });
    if (attempt.status === HTTP_GONE) return record.close({ outcome: 'unwanted', attempts });
    const delay = retryDelay(attempts, attempt.retryAfterMs, Date.now() - startedAt, Math.random());
    if (delay === undefined) throw record.giveUp(attempts, attempt);
    record.showRetry(Date.now() + delay);
    await sleep(delay, { summary: `Until attempt ${attempts + 1}` });
  }
}

function isAcknowledged({ status }: CallbackAttempt): boolean {
  return status !== null && status >= 200 && status < 300;
}

/** A worker that is lost uses up the attempt; one that shuts down hands it over. */
async function attemptDelivery(callback: Callback, attempts: number): Promise<CallbackAttempt> {
  const summary = `Attempt ${attempts}: ${receiverOf(callback)}`;
  const { deliverCallback } = proxyActivities<CallbackActivities>(callbackOptions(summary));
  for (;;) {
    try {
      return await deliverCallback(callback);
    } catch (error) {
      if (isCancellation(error)) throw error;
      if (handOverOf(error)) continue;
      return {
        status: null,
        reason: 'the worker failed to send the request',
        durationMs: 0,
        retryAfterMs: null,
      };
    }
  }
}

/** Shows the attempts as a table in the Web UI. */
class DeliveryRecord {
  private readonly rows: string[] = [];

  constructor(private readonly callback: Callback) {}

  add({ reason, durationMs }: CallbackAttempt): void {
    this.rows.push(`| ${this.rows.length + 1} | ${timestamp(Date.now())} | ${reason} | ${durationMs} ms |`);
  }

  showRetry(next: number): void {
    this.show(`not acknowledged, next attempt at ${timestamp(next)}`);
  }

  close(result: CallbackResult): CallbackResult {
    const delivered = result.outcome === 'delivered';
    this.show(delivered ? '**Delivered**' : '**Rejected**: the receiver answered 410');
    this.report(delivered ? 'acknowledged' : 'gone');
    return result;
  }

  giveUp(attempts: number, { reason }: CallbackAttempt): ApplicationFailure {
    const message = `Gave up after ${attempts} attempts over three days. Last attempt: ${reason}.`;
    this.show(`**${message}**`);
    this.report('given_up');
    return ApplicationFailure.create({ type: CALLBACK_GIVEN_UP, message, nonRetryable: true });
  }

  private report(outcome: CallbackEnding['outcome']): void {
    telemetry.callbackEnded({ kind: this.callback.target.kind, outcome });
  }

  private show(state: string): void {
    const table = ['| attempt | time | result | duration |', '|---|---|---|---|', ...this.rows];
    setCurrentDetails([`${receiverOf(this.callback)}: ${state}`, '', ...table].join('\n'));
  }
}

function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}
