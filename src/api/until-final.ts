import { setTimeout as delay } from 'node:timers/promises';
import { errorCodeOf } from '../contract/errors.js';
import { isFinal } from '../contract/types.js';
import type { Downloads, JobView } from './downloads.js';
import { freshForMs } from './status-cache.js';

/** When to look again for a job that could not be told just now. */
const UNTOLD_MS = 1_000;

/**
 * Waits for a job to end, looking at it no more often than a view of it is kept.
 * @param signal ends the waiting, for which it is not an error.
 * @returns the job as it was seen last; undefined when it was never seen, because Temporal does not answer.
 */
export async function untilFinal(
  downloads: Downloads,
  jobId: string,
  signal: AbortSignal,
): Promise<JobView | undefined> {
  let seen: JobView | undefined;
  while (!signal.aborted) {
    seen = (await downloads.view(jobId).catch(ignoreUnanswered)) ?? seen;
    if (seen && isFinal(seen.snapshot.status)) return seen;
    const ms = seen ? freshForMs(seen.snapshot, Date.now()) : UNTOLD_MS;
    await delay(ms, undefined, { signal }).catch(() => {});
  }
  return seen;
}

/** The job was accepted, so its id is worth more than the news that nobody can be asked about it now. */
function ignoreUnanswered(error: unknown): undefined {
  if (errorCodeOf(error) !== 'TEMPORAL_UNAVAILABLE') throw error;
}
