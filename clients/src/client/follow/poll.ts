import { withJitter } from '../delay.js';
import { isHidden } from './page.js';

const MAX_MS = 60_000;
const HIDDEN_MS = 30_000;

/** The time until the next status is read. @param told `nextPollInMs` of the last one. */
export function pollDelay(told: unknown): number {
  if (isHidden()) return withJitter(HIDDEN_MS);
  const wanted = typeof told === 'number' ? told : 4_000 * (1 + Math.random());
  return Math.min(wanted, MAX_MS);
}

/**
 * The time until the status is read again after a fault: doubles from 1 s.
 * @param faults how many came before in a row.
 * @param maxMs the longest wait that was not told by the server.
 */
export function faultDelay(retryAfterMs: number | null, faults: number, maxMs = MAX_MS): number {
  const wanted = withJitter(retryAfterMs || Math.min(maxMs, 1_000 * 2 ** faults));
  return isHidden() ? Math.max(HIDDEN_MS, wanted) : wanted;
}
