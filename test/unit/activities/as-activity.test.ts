import { CancelledFailure } from '@temporalio/activity';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type ActivityContext, asActivity } from '../../../src/activities/as-activity.js';
import { HANDED_OVER } from '../../../src/contract/activities.js';
import { type ErrorCode, LonghaulError } from '../../../src/contract/errors.js';
import { createLogger } from '../../../src/telemetry/logger.js';
import { Attempt, failureOf, run } from './support.js';

const SECRETS = ['hunter2', 'internal.example', 'archives/0123/'];

/** What an SDK throws: its text names everything that nobody else may know. */
function vendorError(): Error {
  const text = 'GET https://key:hunter2@internal.example/bucket/archives/0123/archive.zip failed';
  return Object.assign(new Error(text), { name: 'S3RequestFailed', code: 'ECONNREFUSED' });
}

describe('an activity', () => {
  let logged: string[];
  beforeEach(() => {
    logged = [];
  });

  /** A piece of work as an activity. */
  function activity<R>(work: (input: string, context: ActivityContext) => Promise<R>) {
    const logger = createLogger('debug', 'test', { write: (line) => void logged.push(line) });
    return asActivity({ logger }, (_deps, input: string, context) => work(input, context));
  }

  const failing = (error: unknown) =>
    activity(async () => {
      throw error;
    });

  it('gets its input, and returns what the work returns', async () => {
    expect(
      await run(
        activity(async (input) => `${input}!`),
        'done',
      ),
    ).toBe('done!');
  });

  it('knows which attempt it is, and what the one before told last', async () => {
    const told = activity(async (_input, { attempt, lastHeartbeat }) => ({ attempt, lastHeartbeat }));
    expect(await new Attempt().run(told, '')).toEqual({ attempt: 1, lastHeartbeat: undefined });
    expect(await new Attempt(2, { bytes: 5 }).run(told, '')).toEqual({
      attempt: 2,
      lastHeartbeat: { bytes: 5 },
    });
  });

  describe('that fails', () => {
    const PERMANENT: ErrorCode[] = [
      'FILE_NOT_FOUND',
      'FILE_FORBIDDEN',
      'FILE_CHANGED',
      'FILE_TOO_LARGE',
      'FILE_UNREADABLE',
      'NO_FILES_AVAILABLE',
      'JOB_TOO_LARGE',
      'ARCHIVE_INCOMPLETE',
    ];
    it.each(PERMANENT)('with %s is not to be tried again', async (code) => {
      expect(await failureOf(run(failing(new LonghaulError(code, 'Told to a person.')), ''))).toEqual({
        type: code,
        message: 'Told to a person.',
        nonRetryable: true,
        details: [{ cause: null, attempt: 1 }],
      });
    });

    it('because the store has trouble is to be tried again', async () => {
      const error = new LonghaulError('STORAGE_UNAVAILABLE', 'Try again.', { cause: vendorError() });
      expect(await failureOf(run(failing(error), ''))).toEqual({
        type: 'STORAGE_UNAVAILABLE',
        message: 'Try again.',
        nonRetryable: false,
        details: [{ cause: 'S3RequestFailed ECONNREFUSED', attempt: 1 }],
      });
    });

    it.each([
      ['an error nobody foresaw', vendorError(), 'S3RequestFailed ECONNREFUSED'],
      ['an error without a code', new TypeError('hunter2'), 'TypeError'],
      ['no error at all', 'hunter2', null],
      ['nothing', undefined, null],
    ])('with %s is to be tried again, and says no more than its kind', async (_, error, cause) => {
      expect(await failureOf(run(failing(error), ''))).toEqual({
        type: 'INTERNAL_ERROR',
        message: 'Something went wrong in the worker; its log has the details.',
        nonRetryable: false,
        details: [{ cause, attempt: 1 }],
      });
    });

    it('tells the workflow how far it was, after what operators read', async () => {
      const progress = { bytesHighWater: 7 };
      const work = activity(async (_input, context) => {
        context.reportProgress(() => progress);
        throw new LonghaulError('FILE_CHANGED', 'File 70000 changed.');
      });
      expect(await failureOf(run(work, ''))).toMatchObject({
        details: [{ cause: null, attempt: 1 }, progress],
      });
    });

    it('tells the workflow no secret, host or key, by whatever way', async () => {
      for (const error of [
        vendorError(),
        new LonghaulError('STORAGE_UNAVAILABLE', 'Try again.', { cause: vendorError() }),
      ]) {
        const failure = await run<string, never>(failing(error), '').catch(
          (reason: unknown) => reason as Error,
        );
        const told = [JSON.stringify(failure), String(failure), failure.stack].join('\n');
        expect(failure.cause).toBeUndefined();
        for (const secret of SECRETS) expect(told).not.toContain(secret);
      }
    });

    it('tells its log everything an operator needs', async () => {
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

  describe('that is stopped', () => {
    /** Stops the attempt, and then fails the way streams do when they are aborted. */
    function stopped(attempt: Attempt, reason: Parameters<Attempt['stop']>[0], details?: unknown) {
      const work = activity(async (_input, context) => {
        if (details !== undefined) context.reportProgress(() => details);
        attempt.stop(reason);
        expect(context.signal.aborted).toBe(true);
        throw new LonghaulError('STORAGE_UNAVAILABLE', 'because of the abort');
      });
      return attempt.run(work, '');
    }

    it.each(['CANCELLED', 'TIMED_OUT'] as const)('confirms that it was %s', async (reason) => {
      await expect(stopped(new Attempt(), reason)).rejects.toBeInstanceOf(CancelledFailure);
      expect(logged).toEqual([]);
    });

    it('confirms its cancellation with how far it was, which the workflow cannot see otherwise', async () => {
      const progress = { bytesHighWater: 7 };
      await expect(stopped(new Attempt(), 'CANCELLED', progress)).rejects.toMatchObject({
        details: [progress],
      });
    });

    it('hands its work over when the worker shuts down, with how far it was', async () => {
      expect(await failureOf(stopped(new Attempt(), 'WORKER_SHUTDOWN', { bytes: 5 }))).toMatchObject({
        type: HANDED_OVER,
        nonRetryable: true,
        details: [{ bytes: 5 }],
      });
    });

    it('hands over what the attempt before told when it is no further', async () => {
      const attempt = new Attempt(2, { bytes: 7 });
      expect(await failureOf(stopped(attempt, 'WORKER_SHUTDOWN'))).toMatchObject({ details: [{ bytes: 7 }] });
    });

    it('hands over nothing when nothing is known', async () => {
      expect(await failureOf(stopped(new Attempt(), 'WORKER_SHUTDOWN'))).toMatchObject({ details: [null] });
    });

    it('has succeeded when the work was done all the same', async () => {
      const attempt = new Attempt();
      const done = activity(async () => {
        attempt.stop('CANCELLED');
        return 'done';
      });
      expect(await attempt.run(done, '')).toBe('done');
    });
  });

  describe('that takes long', () => {
    beforeEach(() => void jest.useFakeTimers());
    afterEach(() => void jest.useRealTimers());

    it('heartbeats each second what there is to tell, until it ends', async () => {
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

    it('heartbeats although it has nothing to tell', async () => {
      const attempt = new Attempt();
      await attempt.run(
        activity(async () => {
          jest.advanceTimersByTime(2_500);
        }),
        '',
      );
      expect(attempt.heartbeats).toEqual([null, null]);
    });

    it('heartbeats no more when it has failed', async () => {
      const attempt = new Attempt();
      await failureOf(attempt.run(failing(vendorError()), ''));
      jest.advanceTimersByTime(10_000);
      expect(attempt.heartbeats).toEqual([]);
    });
  });
});
