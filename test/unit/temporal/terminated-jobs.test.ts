import { getEventListeners } from 'node:events';
import type { Client } from '@temporalio/client';
import { describe, expect, it } from '@jest/globals';
import { createLogger } from '../../../src/telemetry/logger.js';
import { TerminatedJobs } from '../../../src/temporal/terminated-jobs.js';
import { waitFor } from '../../support/wait-for.js';

/** A client that finds no job and, like the real one, never removes the listener of a call. */
function leakyClient(onPoll: () => void) {
  const none = async function* () {};
  return {
    withDeadline: (_: number, call: () => Promise<void>) => call(),
    withAbortSignal: (signal: AbortSignal, call: () => Promise<void>) => {
      signal.addEventListener('abort', () => {});
      onPoll();
      return call();
    },
    workflow: { list: none },
  } as unknown as Client;
}

describe('TerminatedJobs', () => {
  it('leaves no listener of a poll behind', async () => {
    let polls = 0;
    const stopping = new AbortController();
    const jobs = new TerminatedJobs(
      leakyClient(() => (polls += 1)),
      createLogger('silent', 'test'),
    );
    const watching = jobs.watch(stopping.signal);
    await waitFor('the first poll', () => polls === 1);
    stopping.abort();
    await watching;
    expect(getEventListeners(stopping.signal, 'abort')).toEqual([]);
  });
});
