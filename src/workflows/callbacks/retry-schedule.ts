const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** After the first try, the second, and so on: soon for a receiver that restarts, long for one that is down for a weekend. */
const PAUSES_MS = [
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

const TRIED_FOR_MS = 72 * HOUR;

/** The longest wish of a receiver that is heard. */
const LONGEST_WISH_MS = 24 * HOUR;

/** So much of a pause is drawn by lot, that receivers who fail together are not called together. */
const JITTER = 0.1;

/**
 * How long to wait before the next try; undefined when there is none any more.
 * @param attempts tries so far.
 * @param wishMs the receiver's own, from Retry-After.
 * @param elapsedMs since the first try.
 * @param random from 0 to 1.
 */
export function pauseAfter(
  attempts: number,
  wishMs: number | null,
  elapsedMs: number,
  random: number,
): number | undefined {
  const planned = PAUSES_MS[attempts - 1];
  if (planned === undefined) return undefined;
  const pause = Math.max(Math.round(planned * (1 - JITTER * random)), Math.min(wishMs ?? 0, LONGEST_WISH_MS));
  return elapsedMs + pause > TRIED_FOR_MS ? undefined : pause;
}
