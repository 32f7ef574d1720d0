import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import {
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
} from '@temporalio/worker';
import { createActivities, createSweepActivities } from '../../src/activities/index.js';
import {
  SEGMENT_TASK_QUEUE,
  DOWNLOAD_WORKFLOW,
  MEMO,
  ORCHESTRATION_TASK_QUEUE,
  SWEEP_SCHEDULE,
  workflowIdFor,
} from '../../src/contract/names.js';
import { queuedSnapshot } from '../../src/contract/queued-snapshot.js';
import type { SweepSummary } from '../../src/contract/sweep.js';
import type { DownloadJob } from '../../src/contract/job.js';
import { ObjectSource } from '../../src/source/objects/object-source.js';
import { TemplateCatalogue } from '../../src/source/catalogue/template-catalogue.js';
import { archiveKey, jobPrefix } from '../../src/storage/keys.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { TemporalJobLookup } from '../../src/temporal/jobs/job-lookup.js';
import { ensureSweepSchedule } from '../../src/temporal/setup/sweep-schedule.js';
import { collect, HangingBody, noise } from '../support/bodies.js';
import { aJob } from '../support/jobs.js';
import { describeWith } from '../support/require-server.js';
import { locateSeaweedFs, type S3Server, startSeaweedFs } from '../support/s3-servers.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { sweep as triggeredSweep } from '../support/sweep.js';
import { waitFor } from '../support/wait-for.js';
import { SILENT_SINKS } from '../support/silent-sinks.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MIB = 1024 * 1024;
const NIGHTLY = '0 3 * * *';
const WORKFLOW_BUNDLE = fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url));

const programs = await Promise.all([locateTemporalCli(), locateSeaweedFs()]);
const logger = createLogger('silent', 'test');

describeWith(programs, 'nightly sweep', (temporalCli, weed) => {
  let s3: S3Server;
  beforeAll(async () => {
    Runtime.install({
      logger: new DefaultLogger('ERROR'),
      telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
      shutdownSignals: [],
    });
    s3 = await startSeaweedFs(weed);
  });
  afterAll(() => s3?.stop());

  describe.each(['a folder', 'SeaweedFS'])('on %s', (kind) => {
    let stack: Stack;
    let native: NativeConnection;
    let connection: Connection;
    let client: Client;
    let workers: Worker[];
    let running: Promise<unknown>;
    /** Milliseconds by which the clock of the sweep is ahead. */
    let ahead: number;

    beforeEach(async () => {
      ahead = 0;
      // The workers run in this process, so that the test can set their clock.
      stack = await Stack.start({ temporalCli, workers: 0, ...(kind === 'SeaweedFS' && { s3 }) });
      native = await NativeConnection.connect({ address: stack.temporalAddress });
      connection = await Connection.connect({ address: stack.temporalAddress });
      client = new Client({ connection });
      workers = await createWorkers();
      running = Promise.all(workers.map((worker) => worker.run()));
      await stack.store.write('downloads/70000', Buffer.from('content'));
    });
    afterEach(async () => {
      for (const worker of workers ?? []) worker.shutdown();
      await running;
      await connection?.close();
      await native?.close();
      // Delete the objects, because the tests share the bucket.
      for (const { key } of await collect(stack.store.list('archives/'))) await stack.store.delete([key]);
      await stack?.stop();
    });

    function createWorkers(): Promise<Worker[]> {
      const { store } = stack;
      const { buildArchive, ...light } = createActivities({
        catalogue: new TemplateCatalogue(),
        source: new ObjectSource(store),
        store,
        logger,
      });
      const { sweepArtifacts } = createSweepActivities({
        store,
        marker: { claim: async () => {} },
        jobs: new TemporalJobLookup(client),
        ttlMs: HOUR,
        now: () => Date.now() + ahead,
        logger,
      });
      return Promise.all([
        Worker.create({
          connection: native,
          taskQueue: ORCHESTRATION_TASK_QUEUE,
          sinks: SILENT_SINKS,
          workflowBundle: { codePath: WORKFLOW_BUNDLE },
          activities: { ...light, sweepArtifacts },
        }),
        Worker.create({ connection: native, taskQueue: SEGMENT_TASK_QUEUE, activities: { buildArchive } }),
      ]);
    }

    async function start(changes: Parameters<typeof aJob>[0] = {}) {
      const job: DownloadJob = aJob({ files: [70_000], ...changes });
      const handle = await client.workflow.start(DOWNLOAD_WORKFLOW, {
        workflowId: workflowIdFor(job.jobId),
        taskQueue: ORCHESTRATION_TASK_QUEUE,
        args: [job],
        memo: { [MEMO.snapshot]: queuedSnapshot(job) },
      });
      return { job, handle };
    }

    async function completed(ttlMs: number): Promise<string> {
      const { job, handle } = await start({ policy: { ttlMs } });
      await handle.result();
      return job.jobId;
    }

    async function sweep(): Promise<SweepSummary> {
      await ensureSweepSchedule(client.schedule, NIGHTLY, logger);
      return triggeredSweep(client);
    }

    const put = (jobId: string) => stack.store.write(archiveKey(jobId, 'left', 'zip'), noise(1_000));

    /** Starts a multipart upload that hangs. */
    async function upload(jobId: string) {
      const body = new HangingBody(noise(20 * MIB));
      const key = archiveKey(jobId, 'uploading', 'zip');
      const written = stack.store.write(key, body.stream).then(
        () => 'stored',
        () => 'failed',
      );
      await waitFor('the upload to be in progress', async () => {
        return body.given && (await collect(stack.store.listUploads(key))).length > 0;
      });
      return { end: () => body.end(), written };
    }

    it('deletes artifacts of expired and dead jobs only', async () => {
      const expired = await completed(1_000);
      const fresh = await completed(DAY);
      const { job: live } = await start({ policy: { delay: { minMs: DAY, maxMs: DAY } } });
      const { job: dead, handle: dying } = await start({ files: [70_099] });
      await expect(dying.result()).rejects.toThrow('Workflow execution failed');
      const { job: terminated, handle: ending } = await start({
        policy: { delay: { minMs: DAY, maxMs: DAY } },
      });
      await ending.terminate();
      for (const jobId of [live.jobId, dead.jobId, terminated.jobId, 'unknown']) await put(jobId);
      const uploads = {
        live: await upload(live.jobId),
        dead: await upload(dead.jobId),
        unknown: await upload('unknown'),
      };
      const before = new Map(
        await Promise.all(
          [expired, fresh, live.jobId].map(async (id) => [id, await stack.artifacts(id)] as const),
        ),
      );

      ahead = 2 * HOUR;
      expect(await sweep()).toEqual({
        jobsSeen: 6,
        jobsKept: 2,
        jobsDeleted: 4,
        objectsDeleted: 5,
        bytesDeleted: expect.any(Number),
        uploadsAborted: 1,
        uploadsKept: 2,
      });

      for (const deleted of [expired, dead.jobId, terminated.jobId, 'unknown']) {
        expect(await stack.artifacts(deleted)).toEqual([]);
      }
      for (const kept of [fresh, live.jobId]) expect(await stack.artifacts(kept)).toEqual(before.get(kept));
      expect(await collect(stack.store.listUploads(jobPrefix(dead.jobId)))).toEqual([]);
      for (const each of Object.values(uploads)) each.end();
      expect(await uploads.live.written).toBe('stored');
      expect(await uploads.unknown.written).toBe('stored');
      expect(await uploads.dead.written).toBe('failed');
      expect((await stack.store.head('downloads/70000')).size).toBe(7);
    });

    it('keeps an archive until it expires', async () => {
      const jobId = await completed(HOUR);
      const artifacts = await stack.artifacts(jobId);
      ahead = HOUR - 60_000;
      expect(await sweep()).toMatchObject({ jobsSeen: 1, jobsKept: 1, objectsDeleted: 0 });
      expect(await stack.artifacts(jobId)).toEqual(artifacts);
      ahead = HOUR;
      expect(await sweep()).toMatchObject({ jobsSeen: 1, jobsDeleted: 1, objectsDeleted: 2 });
      expect(await sweep()).toMatchObject({ jobsSeen: 0 });
    });

    it('sweeps more than a thousand jobs', async () => {
      const JOBS = 1_200;
      for (let i = 0; i < JOBS; i += 40) {
        await Promise.all(Array.from({ length: 40 }, (_, j) => put(`forgotten-${i + j}`)));
      }
      ahead = 2 * HOUR;
      expect(await sweep()).toMatchObject({
        jobsDeleted: JOBS,
        objectsDeleted: JOBS,
        bytesDeleted: JOBS * 1_000,
      });
      expect(await collect(stack.store.list('archives/'))).toEqual([]);
    });
  });

  describe('schedule', () => {
    let stack: Stack;
    let connection: Connection;
    let client: Client;
    beforeEach(async () => {
      stack = await Stack.start({ temporalCli, workers: 0 });
      connection = await Connection.connect({ address: stack.temporalAddress });
      client = new Client({ connection });
    });
    afterEach(async () => {
      await connection?.close();
      await stack?.stop();
    });

    const described = () => client.schedule.getHandle(SWEEP_SCHEDULE).describe();
    const next = async () => (await described()).info.nextActionTimes[0]!.toISOString();

    it('is created once by concurrent workers', async () => {
      await Promise.all(
        Array.from({ length: 8 }, () => ensureSweepSchedule(client.schedule, NIGHTLY, logger)),
      );
      expect(await next()).toMatch(/T03:00:00.000Z$/);
      expect((await described()).policies.overlap).toBe('SKIP');
    });

    it('follows the setting and stays paused', async () => {
      await ensureSweepSchedule(client.schedule, NIGHTLY, logger);
      await client.schedule.getHandle(SWEEP_SCHEDULE).pause('for the audit');
      await Promise.all([1, 2, 3].map(() => ensureSweepSchedule(client.schedule, '30 4 * * *', logger)));
      const { state, action } = await described();
      expect(await next()).toMatch(/T04:30:00.000Z$/);
      expect(state).toMatchObject({ paused: true, note: 'for the audit' });
      expect(action.memo).toEqual({ [MEMO.cron]: '30 4 * * *' });
    });

    it.each(['every night', '99 3 * * *'])('is not created for %j', async (cron) => {
      const wrong = 'CLEANUP_SCHEDULE is not a valid cron expression';
      await expect(ensureSweepSchedule(client.schedule, cron, logger)).rejects.toThrow(wrong);
      await ensureSweepSchedule(client.schedule, NIGHTLY, logger);
      await expect(ensureSweepSchedule(client.schedule, cron, logger)).rejects.toThrow(wrong);
      expect(await next()).toMatch(/T03:00:00.000Z$/);
    });
  });
});
