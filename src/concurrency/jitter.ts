/** Largest share by which a delay differs from its schedule. */
const SHARE = 0.25;

/**
 * Varies the delay before a retry at random by up to a quarter, otherwise everything that one outage stopped returns at
 * the same moment.
 */
export function jittered(ms: number): number {
  return Math.round(ms * (1 - SHARE + 2 * SHARE * Math.random()));
}
