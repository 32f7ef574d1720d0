import type { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { DownloadStatus } from '../../src/contract/http/answers.js';
import { isFinal } from '../../src/contract/snapshot.js';
import { answerOf } from '../support/http-load.js';

/** A client that lost its job gives up after this many failed polls in a row. */
const MAX_FAILURES_IN_A_ROW = 20;
/** `Retry-After` of a 503. */
const RETRY_MS = 5_000;

/** The polls of one client. */
export interface Followed {
  /** Milliseconds until each answer. */
  latencies: number[];
  /** Answers that were no 200. */
  failures: number;
  /** Answers marked stale. */
  stale: number;
  /** The last status. */
  status: string;
}

/** Polls a job at the interval that each answer asks for, until the job has ended. */
export async function followJob(url: string, firstPollMs: number, agent: Agent): Promise<Followed> {
  const followed: Followed = { latencies: [], failures: 0, stale: 0, status: 'unknown' };
  let failuresInARow = 0;
  let pause = firstPollMs;
  while (failuresInARow < MAX_FAILURES_IN_A_ROW) {
    await delay(pause);
    const startedAt = performance.now();
    const answer = await answerOf(url, agent).catch(() => undefined);
    followed.latencies.push(performance.now() - startedAt);
    if (answer === undefined) {
      followed.failures++;
      failuresInARow++;
      pause = RETRY_MS;
      continue;
    }
    failuresInARow = 0;
    const status = JSON.parse(answer) as DownloadStatus;
    followed.status = status.status;
    if (status.stale) followed.stale++;
    if (isFinal(status.status)) break;
    pause = status.nextPollInMs ?? RETRY_MS;
  }
  return followed;
}
