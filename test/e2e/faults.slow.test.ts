import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { DownloadStatus } from '../../src/contract/http/answers.js';
import type { StreamMessage } from '../../src/contract/http/snake-case-schemas.js';
import { S3ObjectStore } from '../../src/storage/s3/s3-object-store.js';
import {
  building,
  expectNeverBack,
  expectNoUploads,
  expectRightArchive,
  SLOW_JOB,
  writeSlowFile,
  writeSmallFiles,
} from '../support/interruptible-job.js';
import { describeWith } from '../support/require-server.js';
import { locateSeaweedFs, type S3Server, startSeaweedFs } from '../support/s3-servers.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { readWithPython } from '../support/unpack.js';
import { waitFor } from '../support/wait-for.js';

const programs = await Promise.all([locateTemporalCli(), locateSeaweedFs()]);

describeWith(programs, 'download', (temporalCli, weed) => {
  let s3: S3Server;
  let stack: Stack;
  beforeAll(async () => {
    s3 = await startSeaweedFs(weed);
    const store = new S3ObjectStore({ ...s3, forcePathStyle: true, credentials: s3 });
    await writeSlowFile(store);
  });
  afterAll(() => s3?.stop());
  beforeEach(async () => {
    stack = await Stack.start({ temporalCli, s3, env: { HEARTBEAT_TIMEOUT_MS: '5000' } });
    await writeSmallFiles(stack.store);
  });
  afterEach(() => stack?.stop());

  it('is handed over by workers without using an attempt', async () => {
    const { jobId } = await stack.initiate(SLOW_JOB);
    const seen: DownloadStatus[] = [];
    await stack.until(jobId, building, { seen });
    for (let deploy = 0; deploy < 5; deploy++) {
      const old = stack.workers.at(-1)!;
      await stack.startWorker({ SHUTDOWN_GRACE_MS: '100' });
      old.signal('SIGTERM');
      await waitFor('the old worker to end', () => !old.isRunning);
    }
    expect(await stack.waitUntilFinal(jobId, { seen })).toMatchObject({ status: 'completed', attempts: 1 });
    expectNeverBack(seen);
    await expectRightArchive(stack, jobId);
    await expectNoUploads(stack);
  });

  it('finishes building within the shutdown grace period', async () => {
    const { jobId } = await stack.initiate(SLOW_JOB);
    await stack.until(jobId, building);
    const [worker] = stack.workers;
    worker!.signal('SIGTERM');
    await waitFor('the worker to end', () => !worker!.isRunning);
    await stack.startWorker();
    expect(await stack.waitUntilFinal(jobId)).toMatchObject({ status: 'completed', attempts: 1 });
  });

  it.each([
    ['while files are looked up', { fileIds: [70_001] }, async () => {}],
    [
      'while the archive is built',
      SLOW_JOB,
      async (jobId: string) => void (await stack.until(jobId, building)),
    ],
  ])(
    'reports and survives a store outage of 20 s %s',
    async (_, body, reached) => {
      const whileDown = async () => {
        const seen: DownloadStatus[] = [];
        await stack.until(jobId, (status) => status.attempts > 1, { seen });
        expect(seen.at(-1)!.message).toMatch(/^The object store is not reachable\. Trying again/);
        return seen;
      };
      const early = body.fileIds.length === 1;
      if (early) await s3.kill();
      const { jobId } = await stack.initiate(body);
      await reached(jobId);
      if (!early) await s3.kill();
      const [seen] = await Promise.all([whileDown(), delay(20_000)]);
      await s3.restart();
      const status = await stack.waitUntilFinal(jobId, { seen, timeoutMs: 120_000 });
      expect(status.status).toBe('completed');
      expect(status.attempts).toBeGreaterThan(1);
      expectNeverBack(seen);
      await expectNoUploads(stack);
    },
    180_000,
  );

  it('survives a restart of Temporal', async () => {
    const { jobId } = await stack.initiate(SLOW_JOB);
    await stack.until(jobId, building);
    await stack.temporal.kill();
    await stack.startTemporal();
    await waitFor(
      'the status to come back',
      async () => (await stack.request(`/v1/download/status/${jobId}`)).ok,
    );
    expect((await stack.waitUntilFinal(jobId, { timeoutMs: 90_000 })).status).toBe('completed');
    await expectRightArchive(stack, jobId);
  });

  it('survives a killed API server', async () => {
    const { jobId } = await stack.initiate(SLOW_JOB);
    await stack.until(jobId, building);
    await stack.api.kill();
    await stack.startApi();
    expect((await stack.waitUntilFinal(jobId)).status).toBe('completed');
  });

  it('reports its status and its end without workers', async () => {
    const { jobId } = await stack.initiate(SLOW_JOB);
    await stack.until(jobId, building);
    await stack.workers[0]!.kill();
    // Restart the API, otherwise its cache would answer.
    await stack.api.kill();
    await stack.startApi();
    const stale = await stack.status(jobId);
    expect(stale).toMatchObject({ status: 'running', stale: true });
    expect(stale.bytesProcessed).toBeGreaterThan(0);

    const worker = await stack.startWorker();
    await stack.waitUntilFinal(jobId);
    await worker.kill();
    await stack.api.kill();
    await stack.startApi();
    const closed = await stack.status(jobId);
    expect(closed).toMatchObject({ status: 'completed', progress: 100 });
    expect(closed).not.toHaveProperty('stale');
    expect((await stack.archive(jobId)).status).toBe(200);
  });

  it('streams its progress through an outage of workers', async () => {
    const { streamUrl } = await stack.initiate(SLOW_JOB);
    const messages: StreamMessage[] = [];
    const socket = new WebSocket(streamUrl);
    socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as StreamMessage));
    await waitFor('the build', () => messages.some((message) => message.bytes_processed > 0));
    await stack.workers[0]!.kill();
    const isRetry = ({ message }: StreamMessage) => message.includes('Trying again');
    await waitFor('a message about the retry', () => messages.some(isRetry), 60_000);
    await stack.startWorker();
    await waitFor('the end', () => socket.readyState === WebSocket.CLOSED, 60_000);
    expect(messages.at(-1)).toMatchObject({ type: 'completed' });
    expect(messages.at(-1)).not.toHaveProperty('stale');
    const progress = messages.map((message) => message.progress);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  });

  it('waits in the queue without a worker', async () => {
    await stack.workers[0]!.kill();
    const { jobId } = await stack.initiate({ fileId: 70_001 });
    expect(await stack.status(jobId)).toMatchObject({ status: 'queued', progress: 0 });
    await stack.startWorker();
    expect((await stack.waitUntilFinal(jobId)).status).toBe('completed');
  });

  it.each([
    ['queued', () => stack.workers[0]!.kill(), async () => void (await stack.startWorker())],
    ['building', async (jobId: string) => void (await stack.until(jobId, building)), async () => {}],
  ])('is cancelled while %s and leaves no objects', async (phase, reach, after) => {
    if (phase === 'queued') await reach('');
    const { jobId } = await stack.initiate(SLOW_JOB);
    if (phase === 'building') await reach(jobId);
    expect((await stack.post(`/v1/download/cancel/${jobId}`)).status).toBe(200);
    await after();
    expect(await stack.waitUntilFinal(jobId)).toMatchObject({
      status: 'cancelled',
      downloadUrl: null,
      error: null,
    });
    await waitFor('the store to be empty', async () => (await stack.artifacts(jobId)).length === 0);
    await expectNoUploads(stack);
    const again = await stack.post(`/v1/download/cancel/${jobId}`);
    expect([again.status, ((await again.json()) as DownloadStatus).status]).toEqual([200, 'cancelled']);
    const redirect = await stack.request(`/v1/download/${jobId}`);
    expect(redirect.status).toBe(409);
  });

  it('rejects its key until the cancellation ends', async () => {
    await stack.workers[0]!.kill();
    const request = { fileId: 70_001, clientRequestId: 'cancelled' };
    const { jobId } = await stack.initiate(request);
    await stack.post(`/v1/download/cancel/${jobId}`);
    const early = await stack.post('/v1/download/initiate', request);
    expect(await early.json()).toMatchObject({ status: 503, code: 'JOB_ENDING' });
    await stack.startWorker();
    expect((await stack.waitUntilFinal(jobId)).status).toBe('cancelled');
    const again = await stack.post('/v1/download/initiate', request);
    expect([again.status, again.headers.has('idempotency-replayed')]).toEqual([202, false]);
    expect((await stack.waitUntilFinal(jobId)).status).toBe('completed');
  });

  it('fails naming a file that changes during reading', async () => {
    const { jobId } = await stack.initiate({ ...SLOW_JOB, fileIds: [70_000, 70_002] });
    await stack.until(jobId, building);
    await stack.store.write('downloads/70002', Buffer.from('something else'));
    const status = await stack.waitUntilFinal(jobId);
    expect(status.error).toMatchObject({ code: 'FILE_CHANGED' });
    expect(status.error?.message).toContain('70002 (“late.bin”) changed');
    await waitFor('the store to be empty', async () => (await stack.artifacts(jobId)).length === 0);
  });

  it('skips a vanished file and lists it', async () => {
    const { jobId } = await stack.initiate({ ...SLOW_JOB, fileIds: [70_000, 70_002], onFileError: 'skip' });
    await stack.until(jobId, building);
    await stack.store.delete(['downloads/70002']);
    const status = await stack.waitUntilFinal(jobId);
    expect(status).toMatchObject({ status: 'completed', filesSkipped: 1, archive: { files: 1, skipped: 1 } });
    const entries = await readWithPython(
      Buffer.from(await (await stack.archive(jobId)).arrayBuffer()),
      'zip',
    );
    expect(entries.map((entry) => entry.name)).toEqual(['slow.txt', '_manifest.json']);
  });
});
