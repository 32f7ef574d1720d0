import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { JobWatchers } from '../../../../src/jobs/status/job-watchers.js';
import { longPoll, waitUntilFinal } from '../../../../src/jobs/status/long-poll.js';
import { FakeJobs } from '../../../support/fake-jobs.js';

const LONG_MS = 60_000;

describe.each([
  ['longPoll', longPoll],
  ['waitUntilFinal', waitUntilFinal],
])('%s', (_, wait) => {
  let jobs: FakeJobs;
  let jobId: string;
  let watchers: JobWatchers;
  let client: AbortController;
  beforeEach(() => {
    jobs = new FakeJobs();
    jobId = jobs.add();
    watchers = new JobWatchers(jobs);
    client = new AbortController();
  });
  afterEach(() => watchers.close());

  const listeners = () =>
    [client.signal, watchers.closed].map((signal) => getEventListeners(signal, 'abort').length);

  it('returns the view of a job that completes', async () => {
    const answer = wait(watchers, await jobs.view(jobId), LONG_MS, client.signal);
    jobs.complete(jobId);
    expect(await answer).toMatchObject({ snapshot: { status: 'completed' } });
    expect(listeners()).toEqual([0, 0]);
  });

  it.each([
    ['the client disconnects', () => client.abort()],
    ['the server shuts down', () => watchers.close()],
  ])('ends when %s', async (_reason, end) => {
    const view = await jobs.view(jobId);
    const answer = wait(watchers, view, LONG_MS, client.signal);
    expect(listeners()).toEqual([1, 1]);
    end();
    expect(await answer).toBeUndefined();
    expect(listeners()).toEqual([0, 0]);
    expect(await wait(watchers, view, LONG_MS, client.signal)).toBeUndefined();
  });

  it('leaves no listener behind after its time', async () => {
    expect(await wait(watchers, await jobs.view(jobId), 1, client.signal)).toBeUndefined();
    expect(listeners()).toEqual([0, 0]);
  });

  it('holds many requests without a warning', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => void warnings.push(warning);
    process.on('warning', onWarning);
    const view = await jobs.view(jobId);
    const clients = Array.from({ length: 20 }, () => new AbortController());
    const answers = clients.map(({ signal }) => wait(watchers, view, LONG_MS, signal));
    watchers.close();
    await Promise.all(answers);
    await new Promise(setImmediate);
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });
});
