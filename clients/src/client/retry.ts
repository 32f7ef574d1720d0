import { delay, withJitter } from './delay.js';
import { LonghaulError } from './errors.js';
import type { Call } from './options.js';

const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 4_000;

/** The longest `Retry-After` that may exceed the budget: rate limits of Longhaul count by the minute. */
const MAX_TOLD_MS = 120_000;

/**
 * Repeats a call after passing faults: after 1, 2 and then every 4 s, or as `Retry-After` says, with up to a fifth more.
 * @param budgetMs no try begins later than this after the first one. One told wait may exceed it. 0 makes one try.
 * @throws the last failure, or the reason of the signal.
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  budgetMs: number,
  { signal, onRetry }: Call,
): Promise<T> {
  const endsAt = performance.now() + budgetMs;
  let mayExceed = budgetMs > 0;
  for (let backoffMs = FIRST_DELAY_MS; ; backoffMs = Math.min(MAX_DELAY_MS, backoffMs * 2)) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof LonghaulError) || !error.passing) throw error;
      const { retryAfterMs } = error;
      const delayMs = withJitter(retryAfterMs || backoffMs);
      if (performance.now() + delayMs >= endsAt) {
        if (!mayExceed || retryAfterMs === null || retryAfterMs > MAX_TOLD_MS) throw error;
        mayExceed = false;
      }
      onRetry?.(error, delayMs);
      await delay(delayMs, signal);
    }
  }
}
