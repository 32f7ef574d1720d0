const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Delay after each failed attempt: short for a receiver that restarts, long for one that is down for a weekend. */
const DELAYS_MS = [
  5 * SECOND,
  MINUTE,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  20 * HOUR,
];

/** No attempt starts later than this after the first one. */
const DELIVERY_TIMEOUT_MS = 72 * HOUR;

/** Limits the Retry-After of a receiver. */
const RETRY_AFTER_MAX_MS = 24 * HOUR;

/**
 * Maximum share by which a delay is shortened at random, so that receivers which fail together are not called
 * together.
 */
const JITTER = 0.1;

/**
 * Returns the delay before the next attempt in milliseconds; undefined when no attempt is left.
 * @param attempts attempts so far.
 * @param retryAfterMs Retry-After of the receiver; null without one.
 * @param elapsedMs time since the first attempt.
 * @param random from 0 to 1.
 */
export function retryDelay(
  attempts: number,
  retryAfterMs: number | null,
  elapsedMs: number,
  random: number,
): number | undefined {
  const scheduled = DELAYS_MS[attempts - 1];
  if (scheduled === undefined) return undefined;
  const jittered = Math.round(scheduled * (1 - JITTER * random));
  const delay = Math.max(jittered, Math.min(retryAfterMs ?? 0, RETRY_AFTER_MAX_MS));
  return elapsedMs + delay > DELIVERY_TIMEOUT_MS ? undefined : delay;
}
