import { setTimeout as delay } from 'node:timers/promises';
import { errorCodeOf } from '../../contract/errors.js';
import { isFinal } from '../../contract/snapshot.js';
import type { Jobs, JobView } from '../jobs.js';

/** A young job changes soon; one that runs for long is not worth a look a second. */
const MIN_PAUSE_MS = 100;
const MAX_PAUSE_MS = 1_000;

/**
 * Waits for a job to end. Every look is a `view`, so that Temporal is asked no more than for any other client.
 * @param signal ends the waiting, for which it is not an error.
 * @returns the job as it was seen last; undefined when it was never seen, because Temporal does not answer.
 */
export async function waitUntilFinal(
  jobs: Jobs,
  jobId: string,
  signal: AbortSignal,
): Promise<JobView | undefined> {
  const began = Date.now();
  let seen: JobView | undefined;
  while (!signal.aborted) {
    seen = (await jobs.view(jobId).catch(ignoreUnanswered)) ?? seen;
    if (seen && isFinal(seen.snapshot.status)) return seen;
    const ms = Math.min(MAX_PAUSE_MS, Math.max(MIN_PAUSE_MS, (Date.now() - began) / 10));
    await delay(ms, undefined, { signal }).catch(() => {});
  }
  return seen;
}

/** The job was accepted, so its id is worth more than the news that nobody can be asked about it now. */
function ignoreUnanswered(error: unknown): undefined {
  if (errorCodeOf(error) !== 'TEMPORAL_UNAVAILABLE') throw error;
}
