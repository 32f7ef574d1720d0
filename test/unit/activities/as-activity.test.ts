import { type ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type ActivityContext, asActivity } from '../../../src/activities/as-activity.js';
import { HANDED_OVER } from '../../../src/contract/activities.js';
import { type ErrorCode, LonghaulError } from '../../../src/contract/errors.js';
import { createLogger } from '../../../src/telemetry/logger.js';
import { Attempt, failureOf, run } from './support.js';

const SECRETS = ['hunter2', 'internal.example', 'archives/0123/'];

/** An error of an SDK; its text contains a host, a key and a secret. */
function vendorError(): Error {
  const text = 'GET https://key:hunter2@internal.example/bucket/archives/0123/archive.zip failed';
  return Object.assign(new Error(text), { name: 'S3RequestFailed', code: 'ECONNREFUSED' });
}

describe('asActivity', () => {
  let logged: string[];
  beforeEach(() => {
    logged = [];
  });

  /** Wraps a function as an activity. */
  function activity<R>(work: (input: string, context: ActivityContext) => Promise<R>) {
    const logger = createLogger('debug', 'test', {
      destination: { write: (line) => void logged.push(line) },
    });
    return asActivity({ logger }, (_deps, input: string, context) => work(input, context));
  }

  const failing = (error: unknown) =>
    activity(async () => {
      throw error;
    });

  it('passes the input and returns the result', async () => {
    expect(
      await run(
        activity(async (input) => `${input}!`),
        'done',
      ),
    ).toBe('done!');
  });

  it('provides the attempt and the last heartbeat', async () => {
    const work = activity(async (_input, { attempt, lastHeartbeat }) => ({ attempt, lastHeartbeat }));
    expect(await new Attempt().run(work, '')).toEqual({ attempt: 1, lastHeartbeat: undefined });
    expect(await new Attempt(2, { bytes: 5 }).run(work, '')).toEqual({
      attempt: 2,
      lastHeartbeat: { bytes: 5 },
    });
  });

  describe('after a failure', () => {
    const PERMANENT: ErrorCode[] = [
      'FILE_NOT_FOUND',
      'FILE_FORBIDDEN',
      'FILE_ARCHIVED',
      'FILE_CHANGED',
      'FILE_TOO_LARGE',
      'FILE_UNREADABLE',
      'NO_FILES_AVAILABLE',
      'JOB_TOO_LARGE',
      'ARCHIVE_INCOMPLETE',
      'STORAGE_FULL',
    ];
    it.each(PERMANENT)('makes %s not retryable', async (code) => {
      expect(await failureOf(run(failing(new LonghaulError(code, 'Read by a user.')), ''))).toEqual({
        type: code,
        message: 'Read by a user.',
        nonRetryable: true,
        details: [{ cause: null, attempt: 1 }],
      });
    });

    it('makes STORAGE_UNAVAILABLE retryable', async () => {
      const error = new LonghaulError('STORAGE_UNAVAILABLE', 'Try again.', { cause: vendorError() });
      expect(await failureOf(run(failing(error), ''))).toEqual({
        type: 'STORAGE_UNAVAILABLE',
        message: 'Try again.',
        nonRetryable: false,
        details: [{ cause: 'S3RequestFailed ECONNREFUSED', attempt: 1 }],
      });
    });

    it.each([
      ['an unexpected error', vendorError(), 'S3RequestFailed ECONNREFUSED'],
      ['an error without a code', new TypeError('hunter2'), 'TypeError'],
      ['a thrown string', 'hunter2', null],
      ['undefined', undefined, null],
    ])('makes %s retryable and reveals only its kind', async (_, error, cause) => {
      expect(await failureOf(run(failing(error), ''))).toEqual({
        type: 'INTERNAL_ERROR',
        message: 'Internal error in the worker. Its log has the details.',
        nonRetryable: false,
        details: [{ cause, attempt: 1 }],
      });
    });

    it.each([
      [1, 5_000],
      [2, 25_000],
      [5, 120_000],
    ])('spreads the retry after attempt %i', async (attempt, scheduledMs) => {
      const retryPolicy = { initialInterval: 5_000, backoffCoefficient: 5, maximumInterval: 120_000 };
      const env = new MockActivityEnvironment({ attempt, retryPolicy });
      const delays = new Set<number>();
      for (let i = 0; i < 20; i++) {
        const failure = await env.run(failing(new Error('broken')), '').catch((error: unknown) => error);
        delays.add(Number((failure as ApplicationFailure).nextRetryDelay));
      }
      expect(delays.size).toBeGreaterThan(1);
      expect(Math.min(...delays)).toBeGreaterThanOrEqual(0.75 * scheduledMs);
      expect(Math.max(...delays)).toBeLessThanOrEqual(1.25 * scheduledMs);
    });

    it('sends the progress to the workflow', async () => {
      const progress = { bytesHighWater: 7 };
      const work = activity(async (_input, context) => {
        context.reportProgress(() => progress);
        throw new LonghaulError('FILE_CHANGED', 'File 70000 changed.');
      });
      expect(await failureOf(run(work, ''))).toMatchObject({
        details: [{ cause: null, attempt: 1 }, progress],
      });
    });

    it('sends no secret, host or key to the workflow', async () => {
      for (const error of [
        vendorError(),
        new LonghaulError('STORAGE_UNAVAILABLE', 'Try again.', { cause: vendorError() }),
      ]) {
        const failure = await run<string, never>(failing(error), '').catch(
          (reason: unknown) => reason as Error,
        );
        const sent = [JSON.stringify(failure), String(failure), failure.stack].join('\n');
        expect(failure.cause).toBeUndefined();
        for (const secret of SECRETS) expect(sent).not.toContain(secret);
      }
    });

    it('logs the cause for operators', async () => {
      const error = new LonghaulError('STORAGE_UNAVAILABLE', 'Try again.', { cause: vendorError() });
      await failureOf(new Attempt(3).run(failing(error), ''));
      expect(JSON.parse(logged[0]!)).toMatchObject({
        level: 'warn',
        workflowId: 'test',
        attempt: 3,
        code: 'STORAGE_UNAVAILABLE',
        err: { message: 'Try again.', cause: { code: 'ECONNREFUSED' } },
      });
    });
  });

  describe('after a stop', () => {
    /** Stops the attempt, then fails as aborted streams do. */
    function stopped(attempt: Attempt, reason: Parameters<Attempt['stop']>[0], details?: unknown) {
      const work = activity(async (_input, context) => {
        if (details !== undefined) context.reportProgress(() => details);
        attempt.stop(reason);
        expect(context.signal.aborted).toBe(true);
        throw new LonghaulError('STORAGE_UNAVAILABLE', 'because of the abort');
      });
      return attempt.run(work, '');
    }

    it.each(['CANCELLED', 'TIMED_OUT'] as const)('confirms %s', async (reason) => {
      await expect(stopped(new Attempt(), reason)).rejects.toBeInstanceOf(CancelledFailure);
      expect(logged).toEqual([]);
    });

    it('confirms a cancellation with its progress', async () => {
      const progress = { bytesHighWater: 7 };
      await expect(stopped(new Attempt(), 'CANCELLED', progress)).rejects.toMatchObject({
        details: [progress],
      });
    });

    it('hands over its progress when the worker shuts down', async () => {
      expect(await failureOf(stopped(new Attempt(), 'WORKER_SHUTDOWN', { bytes: 5 }))).toMatchObject({
        type: HANDED_OVER,
        nonRetryable: true,
        details: [{ bytes: 5 }],
      });
    });

    it('hands over the last heartbeat without own progress', async () => {
      const attempt = new Attempt(2, { bytes: 7 });
      expect(await failureOf(stopped(attempt, 'WORKER_SHUTDOWN'))).toMatchObject({ details: [{ bytes: 7 }] });
    });

    it('hands over null without any progress', async () => {
      expect(await failureOf(stopped(new Attempt(), 'WORKER_SHUTDOWN'))).toMatchObject({ details: [null] });
    });

    it('succeeds when the work has completed', async () => {
      const attempt = new Attempt();
      const done = activity(async () => {
        attempt.stop('CANCELLED');
        return 'done';
      });
      expect(await attempt.run(done, '')).toBe('done');
    });
  });

  describe('over several seconds', () => {
    beforeEach(() => void jest.useFakeTimers());
    afterEach(() => void jest.useRealTimers());

    it('sends its progress every second until it ends', async () => {
      const attempt = new Attempt(2, { bytes: 7 });
      const long = activity(async (_input, context) => {
        jest.advanceTimersByTime(1_000);
        let bytes = 8;
        context.reportProgress(() => ({ bytes }));
        jest.advanceTimersByTime(1_000);
        bytes = 9;
        jest.advanceTimersByTime(2_000);
      });
      await attempt.run(long, '');
      jest.advanceTimersByTime(10_000);
      expect(attempt.heartbeats).toEqual([{ bytes: 7 }, { bytes: 8 }, { bytes: 9 }, { bytes: 9 }]);
      expect(jest.getTimerCount()).toBe(0);
    });

    it('sends heartbeats without progress', async () => {
      const attempt = new Attempt();
      await attempt.run(
        activity(async () => {
          jest.advanceTimersByTime(2_500);
        }),
        '',
      );
      expect(attempt.heartbeats).toEqual([null, null]);
    });

    it('stops its heartbeats after a failure', async () => {
      const attempt = new Attempt();
      await failureOf(attempt.run(failing(vendorError()), ''));
      jest.advanceTimersByTime(10_000);
      expect(attempt.heartbeats).toEqual([]);
    });
  });
});
