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
import { receiverOf } from '../../contract/callbacks/ending-callbacks.js';
import { callbackOptions } from '../activity-options.js';
import { pauseAfter } from './retry-schedule.js';
import { handOverOf } from '../download/endings.js';

const GONE = 410;

/**
 * Delivers one message at least once: tries until the receiver acknowledges it, wants no more, or three days are over,
 * which closes this workflow as failed. Every try stands in the details that the Web UI shows, and is an activity of its own.
 */
export async function deliverCallbackWorkflow(callback: Callback): Promise<CallbackResult> {
  const record = new DeliveryRecord(receiverOf(callback));
  const startedAt = Date.now();
  for (let attempts = 1; ; attempts++) {
    const attempt = await tryOnce(callback, attempts);
    record.note(attempt);
    if (isAcknowledged(attempt)) return record.close({ outcome: 'delivered', attempts });
    if (attempt.status === GONE) return record.close({ outcome: 'unwanted', attempts });
    const pause = pauseAfter(attempts, attempt.retryAfterMs, Date.now() - startedAt, Math.random());
    if (pause === undefined) throw record.giveUp(attempts, attempt);
    record.announce(Date.now() + pause);
    await sleep(pause, { summary: `Until try ${attempts + 1}` });
  }
}

function isAcknowledged({ status }: CallbackAttempt): boolean {
  return status !== null && status >= 200 && status < 300;
}

/** A worker that was lost with a try has used it up; one that shut down gave it back. */
async function tryOnce(callback: Callback, attempts: number): Promise<CallbackAttempt> {
  const summary = `Try ${attempts}: ${receiverOf(callback)}`;
  const { deliverCallback } = proxyActivities<CallbackActivities>(callbackOptions(summary));
  for (;;) {
    try {
      return await deliverCallback(callback);
    } catch (error) {
      if (isCancellation(error)) throw error;
      if (handOverOf(error)) continue;
      return { status: null, reason: 'the worker failed to send it', durationMs: 0, retryAfterMs: null };
    }
  }
}

/** What was tried, as a table for the Web UI. */
class DeliveryRecord {
  private readonly rows: string[] = [];

  constructor(private readonly receiver: string) {}

  note({ reason, durationMs }: CallbackAttempt): void {
    this.rows.push(`| ${this.rows.length + 1} | ${timestamp(Date.now())} | ${reason} | ${durationMs} ms |`);
  }

  announce(next: number): void {
    this.show(`Not acknowledged yet; the next try is at ${timestamp(next)}`);
  }

  close(result: CallbackResult): CallbackResult {
    this.show(result.outcome === 'delivered' ? '**Delivered**' : '**Not wanted**: the receiver answered 410');
    return result;
  }

  giveUp(attempts: number, { reason }: CallbackAttempt): ApplicationFailure {
    const message = `Given up after ${attempts} tries within three days. Of the last one: ${reason}.`;
    this.show(`**${message}**`);
    return ApplicationFailure.create({ type: CALLBACK_GIVEN_UP, message, nonRetryable: true });
  }

  private show(state: string): void {
    const table = ['| try | at | what became of it | took |', '|---|---|---|---|', ...this.rows];
    setCurrentDetails([`${this.receiver}: ${state}`, '', ...table].join('\n'));
  }
}

function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}
