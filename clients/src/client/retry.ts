import { delay, withJitter } from './delay.js';
import { LonghaulError } from './errors.js';
import type { Call } from './options.js';

const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 4_000;

/**
 * Repeats a call after passing faults: after 1, 2 and then every 4 s, or as `Retry-After` says, with up to a fifth more.
 * @param budgetMs no try begins later than this after the first one.
 * @throws the last failure, or the reason of the signal.
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  budgetMs: number,
  { signal, onRetry }: Call,
): Promise<T> {
  const endsAt = Date.now() + budgetMs;
  for (let backoffMs = FIRST_DELAY_MS; ; backoffMs = Math.min(MAX_DELAY_MS, backoffMs * 2)) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof LonghaulError) || !error.passing) throw error;
      const delayMs = withJitter(error.retryAfterMs ?? backoffMs);
      if (Date.now() + delayMs > endsAt) throw error;
      onRetry?.(error, delayMs);
      await delay(delayMs, signal);
    }
  }
}
