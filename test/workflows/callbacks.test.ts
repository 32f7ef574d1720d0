import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/activity';
import { WorkflowFailedError } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { HANDED_OVER } from '../../src/contract/activities.js';
import {
  type Callback,
  CALLBACK_GIVEN_UP,
  type CallbackActivities,
  type CallbackAttempt,
  type CallbackResult,
} from '../../src/contract/callbacks/callbacks.js';
import {
  CALLBACK_TASK_QUEUE,
  callbackWorkflowIdFor,
  ORCHESTRATION_TASK_QUEUE,
} from '../../src/contract/names.js';
import type { deliverCallbackWorkflow } from '../../src/workflows/index.js';
import { FakeActivities, failWith, untilCancelled } from '../support/fake-activities.js';
import { aJob } from '../support/jobs.js';
import { describeWith } from '../support/require-server.js';
import { locateTemporalTestServer } from '../support/temporal-programs.js';
import { type JobHandle, TimeSkippingTemporal } from '../support/time-skipping.js';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;
const URL = 'https://app.example.com/hook?token=hunter2';

type Step = (at: number) => Partial<CallbackAttempt>;

/** A scripted receiver on the clock of the test server. Repeats its last step. */
class FakeReceiver implements CallbackActivities {
  /** `at` is in milliseconds since the first attempt. */
  readonly attempts: { at: number; callback: Callback }[] = [];
  private startedAt: number | undefined;

  constructor(
    private readonly temporal: TimeSkippingTemporal,
    private readonly steps: Step[],
  ) {}

  deliverCallback = async (callback: Callback): Promise<CallbackAttempt> => {
    const now = await this.temporal.env.currentTimeMs();
    this.startedAt ??= now;
    const at = now - this.startedAt;
    this.attempts.push({ at, callback });
    const step = this.steps.length > 1 ? this.steps.shift()! : this.steps[0]!;
    return { status: null, reason: 'it hangs', durationMs: 5, retryAfterMs: null, ...step(at) };
  };
}

const hang: Step = () => ({});
const answer =
  (status: number, changes: Partial<CallbackAttempt> = {}): Step =>
  () => ({ status, reason: `answered ${status}`, ...changes });

describeWith(await locateTemporalTestServer(), 'deliverCallbackWorkflow', (serverPath) => {
  let temporal: TimeSkippingTemporal;
  beforeAll(async () => {
    temporal = await TimeSkippingTemporal.start(serverPath);
  });
  afterAll(() => temporal.stop());

  async function serve<T>(
    callbacks: CallbackActivities,
    body: () => Promise<T>,
    activities = new FakeActivities(),
  ): Promise<T> {
    const worker = await Worker.create({
      connection: temporal.env.nativeConnection,
      taskQueue: CALLBACK_TASK_QUEUE,
      activities: { ...callbacks },
    });
    return temporal.serve(activities, () => worker.runUntil(body));
  }

  const callback = (): Callback => ({
    messageId: 'msg_1',
    target: { kind: 'url', url: URL },
    payload: {
      type: 'download.failed',
      timestamp: '2026-03-01T12:00:00.000Z',
      data: {
        jobId: 'job',
        userId: 'ada',
        code: 'FILE_NOT_FOUND',
        message: 'File 70000 does not exist.',
        supportId: 'run',
        workflowId: 'download/job',
      },
    },
  });

  let count = 0;
  async function delivery(receiver: CallbackActivities) {
    return serve(receiver, async () => {
      const handle = await temporal.env.client.workflow.start<typeof deliverCallbackWorkflow>(
        'deliverCallbackWorkflow',
        { workflowId: `callback-${++count}`, taskQueue: ORCHESTRATION_TASK_QUEUE, args: [callback()] },
      );
      const result = await handle.result().catch((error: unknown) => (error as WorkflowFailedError).cause);
      const details = await handle.query<string>('__temporal_workflow_metadata').catch(() => undefined);
      return { result, details: JSON.stringify(details) };
    });
  }

  it('retries with one id until the receiver acknowledges', async () => {
    const dayOf500: Step = (since) =>
      since < DAY
        ? { status: 500, reason: 'answered 500' }
        : { status: 200, reason: 'acknowledged with 200' };
    const receiver = new FakeReceiver(temporal, [hang, hang, dayOf500]);
    const { result, details } = await delivery(receiver);
    expect(result).toEqual({
      outcome: 'delivered',
      attempts: receiver.attempts.length,
    } satisfies CallbackResult);
    expect(receiver.attempts.length).toBeGreaterThanOrEqual(9);
    expect(new Set(receiver.attempts.map((one) => JSON.stringify(one.callback)))).toEqual(
      new Set([JSON.stringify(callback())]),
    );
    expect(details).toContain('it hangs');
    expect(details).toContain('answered 500');
    expect(details).toContain('Delivered');
    expect(details).toContain('app.example.com');
    expect(details).not.toContain('/hook');
    expect(details).not.toContain('hunter2');
  });

  it('stops after a 410', async () => {
    const receiver = new FakeReceiver(temporal, [answer(500), answer(410)]);
    expect((await delivery(receiver)).result).toEqual({ outcome: 'unwanted', attempts: 2 });
    expect(receiver.attempts).toHaveLength(2);
  });

  it('gives up after three days', async () => {
    const receiver = new FakeReceiver(temporal, [answer(500)]);
    const { result, details } = await delivery(receiver);
    expect(result).toMatchObject({
      type: CALLBACK_GIVEN_UP,
      message: 'Gave up after 11 attempts over three days. Last attempt: answered 500.',
    });
    expect(receiver.attempts).toHaveLength(11);
    expect(details).toContain('Gave up');
  });

  it('honors Retry-After', async () => {
    const busy = answer(503, { retryAfterMs: 6 * HOUR });
    const receiver = new FakeReceiver(temporal, [busy, answer(200)]);
    await delivery(receiver);
    expect(receiver.attempts[1]!.at).toBeGreaterThanOrEqual(6 * HOUR);
  });

  it('counts a failed worker but not a hand-over', async () => {
    const handOver: Step = () => {
      throw ApplicationFailure.create({ type: HANDED_OVER, nonRetryable: true, details: [null] });
    };
    const broken: Step = () => {
      throw ApplicationFailure.create({ type: 'INTERNAL_ERROR', message: 'hunter2' });
    };
    const receiver = new FakeReceiver(temporal, [handOver, handOver, broken, answer(200)]);
    const { result, details } = await delivery(receiver);
    expect(result).toEqual({ outcome: 'delivered', attempts: 2 });
    expect(details).not.toContain('hunter2');
  });

  const childOf = (handle: JobHandle, jobId: string, kind: 'url' | 'operator' = 'url') =>
    temporal.env.client.workflow.getHandle<typeof deliverCallbackWorkflow>(
      callbackWorkflowIdFor(kind, jobId, handle.firstExecutionRunId),
    );

  it('does not delay the end of a job', async () => {
    const receiver = new FakeReceiver(temporal, [hang, hang, hang, answer(200)]);
    const job = aJob({ callbackUrl: URL, labels: { album: '2026' } });
    await serve(receiver, async () => {
      const handle = await temporal.startJob(job);
      const archive = await handle.result();
      const child = childOf(handle, job.jobId);
      expect((await child.describe()).status.name).toBe('RUNNING');
      expect(await child.result()).toEqual({ outcome: 'delivered', attempts: 4 });
      const { callback: sent } = receiver.attempts[0]!;
      expect(sent.messageId).toBe(`msg_${handle.firstExecutionRunId}`);
      expect(sent.payload).toMatchObject({
        type: 'download.completed',
        data: {
          jobId: job.jobId,
          status: 'completed',
          filesProcessed: 2,
          totalFiles: 2,
          downloadPath: `/v1/download/${job.jobId}`,
          labels: { album: '2026' },
          archive,
          error: null,
        },
      });
    });
  });

  it('reports a failure to owner and operator', async () => {
    const receiver = new FakeReceiver(temporal, [answer(200)]);
    const job = aJob({ callbackUrl: URL, policy: { operatorWebhook: true } });
    const activities = new FakeActivities().script(
      'buildArchive',
      failWith('FILE_CHANGED', { nonRetryable: true }),
    );
    await serve(
      receiver,
      async () => {
        const handle = await temporal.startJob(job);
        await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
        await Promise.all([
          childOf(handle, job.jobId).result(),
          childOf(handle, job.jobId, 'operator').result(),
        ]);
        const byTarget = new Map(receiver.attempts.map(({ callback: sent }) => [sent.target.kind, sent]));
        const error = { code: 'FILE_CHANGED', supportId: handle.firstExecutionRunId };
        expect(byTarget.get('url')?.payload).toMatchObject({
          type: 'download.failed',
          data: { status: 'failed', archive: null, error },
        });
        expect(byTarget.get('operator')).toMatchObject({
          target: { kind: 'operator' },
          payload: {
            type: 'download.failed',
            data: { jobId: job.jobId, userId: 'anonymous', workflowId: `download/${job.jobId}`, ...error },
          },
        });
        expect(byTarget.get('operator')?.messageId).not.toBe(byTarget.get('url')?.messageId);
      },
      activities,
    );
  });

  it('reports a cancellation only to the owner', async () => {
    const receiver = new FakeReceiver(temporal, [answer(200)]);
    const job = aJob({ callbackUrl: URL, policy: { operatorWebhook: true } });
    const activities = new FakeActivities().script('buildArchive', untilCancelled);
    await serve(
      receiver,
      async () => {
        const handle = await temporal.startJob(job);
        while (activities.callsOf('buildArchive').length === 0) await handle.describe();
        await handle.cancel();
        await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
        await childOf(handle, job.jobId).result();
        expect(receiver.attempts.map(({ callback: sent }) => sent.payload)).toMatchObject([
          { type: 'download.cancelled', data: { status: 'cancelled', error: null, archive: null } },
        ]);
      },
      activities,
    );
  });

  it('does not fail a job whose delivery cannot start', async () => {
    const receiver = new FakeReceiver(temporal, [answer(200)]);
    const job = aJob({ callbackUrl: URL });
    const handle = await temporal.startJob(job);
    // Occupies the workflow id of the delivery.
    const occupant = await temporal.env.client.workflow.start('deliverCallbackWorkflow', {
      workflowId: callbackWorkflowIdFor('url', job.jobId, handle.firstExecutionRunId),
      taskQueue: 'no-worker',
      args: [callback()],
    });
    await serve(receiver, async () => expect(await handle.result()).toMatchObject({ files: 2 }));
    expect(receiver.attempts).toHaveLength(0);
    await occupant.terminate();
  });

  it('starts no child for a job without callbacks', async () => {
    await serve(new FakeReceiver(temporal, [answer(200)]), async () => {
      const handle = await temporal.startJob(aJob());
      await handle.result();
      const { events } = await handle.fetchHistory();
      expect(events?.filter((event) => event.startChildWorkflowExecutionInitiatedEventAttributes)).toEqual(
        [],
      );
    });
  });
});
