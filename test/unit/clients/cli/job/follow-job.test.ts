import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { followJob } from '../../../../../clients/src/cli/job/follow-job.js';
import { LonghaulClient } from '../../../../../clients/src/client/index.js';

const JOB = '0197f0aa-0000-7000-8000-000000000001';
const HOUR_MS = 3_600_000;
const view = { show: () => {}, end: () => {} };

describe('followJob', () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  /** Follows a job of a server that answers as often as told, and then no more. */
  function follow(answers: object[]) {
    const away = () => Promise.reject(new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } }));
    const client = new LonghaulClient({
      baseUrl: 'http://files.example',
      transports: [],
      fetch: () => {
        const status = answers.shift();
        return status ? Promise.resolve(Response.json(status)) : away();
      },
    });
    const ended = followJob(client, JOB, { view, signal: new AbortController().signal });
    return ended.then(
      () => 'ended',
      (error: unknown) => error,
    );
  }
  const running = { jobId: JOB, status: 'running', progress: 40, message: 'Fetching', createdAt: '2026' };

  it('gives up a server that never answered', async () => {
    const ended = follow([]);
    await jest.advanceTimersByTimeAsync(91_000);
    const message = expect.stringMatching(/ECONNREFUSED.*run the same command again/);
    expect(await ended).toMatchObject({ exitCode: 6, message });
  });

  it('waits an hour for a server that went away', async () => {
    const ended = follow([running]);
    await jest.advanceTimersByTimeAsync(HOUR_MS - 60_000);
    expect(await Promise.race([ended, Promise.resolve('waits')])).toBe('waits');
    await jest.advanceTimersByTimeAsync(120_000);
    expect(await ended).toMatchObject({ exitCode: 6 });
  });

  it('counts the silence anew after each answer', async () => {
    const answers: object[] = [running];
    const ended = follow(answers);
    for (let i = 0; i < 3; i++) {
      await jest.advanceTimersByTimeAsync(0.9 * HOUR_MS);
      answers.push({ ...running, progress: 41 + i });
    }
    await jest.advanceTimersByTimeAsync(100_000);
    answers.push({ ...running, status: 'failed' });
    await jest.advanceTimersByTimeAsync(100_000);
    expect(await ended).toBe('ended');
  });
});
