import { copyFile, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { runCommand } from '../../src/dev/processes/run-command.js';
import {
  building,
  expectRightArchive,
  SLOW_JOB,
  writeSlowFile,
  writeSmallFiles,
} from '../support/interruptible-job.js';
import { describeWith } from '../support/require-server.js';
import { Stack } from '../support/stack.js';
import { sweep } from '../support/sweep.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { waitFor } from '../support/wait-for.js';

const PATIENT = { timeoutMs: 240_000 };
const HOUR_MS = 3_600_000;

/** As docs/operations.md has it. */
const OPEN = 'WorkflowType="downloadWorkflow" AND ExecutionStatus="Running"';

/** Copies a database that is in use, as pg_dump does. */
const BACKUP = `
import sqlite3, sys
source, target = (sqlite3.connect(path) for path in sys.argv[1:])
source.backup(target)
`;

describeWith(await locateTemporalCli(), 'restore of Temporal', (temporalCli) => {
  let stack: Stack;
  let client: Client;
  /** Jobs that ended before the backup, were building during it, and began and ended after it. */
  let [before, during, after] = ['', '', ''];
  /** Open jobs right after Temporal's restart. */
  let restored: number;
  const lost = { fileIds: [70_002], clientRequestId: 'after-the-backup' };

  beforeAll(async () => {
    stack = await Stack.start({ temporalCli });
    await Promise.all([writeSlowFile(stack.store), writeSmallFiles(stack.store)]);
    client = new Client({ connection: Connection.lazy({ address: stack.temporalAddress }) });
    before = await completed({ fileIds: [70_001] });
    during = (await stack.initiate(SLOW_JOB)).jobId;
    await stack.until(during, building, PATIENT);
    await waitFor('one open job', async () => (await openByStatus()) === 1, PATIENT.timeoutMs);
    await backUp();
    await stack.waitUntilFinal(during, PATIENT);
    after = await completed(lost);
    await restore();
  }, 600_000);
  afterAll(async () => {
    await client?.connection.close();
    await stack?.stop();
  });

  async function completed(body: object): Promise<string> {
    const { jobId } = await stack.initiate(body);
    expect(await stack.waitUntilFinal(jobId, PATIENT)).toMatchObject({ jobId, status: 'completed' });
    return jobId;
  }

  const count = async (query: string) => (await client.workflow.count(query)).count;

  /** The sum of download_jobs_open, which is up to 30 s old in the metrics. */
  async function openByStatus(): Promise<number> {
    const statuses = ['queued', 'running', 'processing_artifacts'];
    const counts = statuses.map((status) => count(`${OPEN} AND LonghaulStatus="${status}"`));
    return (await Promise.all(counts)).reduce((sum, one) => sum + one, 0);
  }

  const database = () => join(stack.dataDir, 'temporal.db');

  async function backUp(): Promise<void> {
    const args = ['-c', BACKUP, database(), `${database()}.backup`];
    await runCommand('python3', args, { env: process.env, timeoutMs: 60_000 });
  }

  /** Stops everything, puts the backup in place and starts everything, as docs/operations.md says. */
  async function restore(): Promise<void> {
    await Promise.all([stack.api, stack.temporal, ...stack.workers].map((server) => server.kill()));
    for (const suffix of ['', '-wal', '-shm']) await rm(`${database()}${suffix}`, { force: true });
    await copyFile(`${database()}.backup`, database());
    await stack.startTemporal();
    restored = await count(OPEN);
    await Promise.all([stack.startApi(), stack.startWorker()]);
  }

  it('restores as many open jobs as there were', () => {
    expect(restored).toBe(1);
  });

  it('knows jobs from before the backup', async () => {
    expect((await stack.status(before)).status).toBe('completed');
    expect((await stack.archive(before)).status).toBe(200);
  });

  it('repeats what happened since the backup', async () => {
    expect(await stack.waitUntilFinal(during, PATIENT)).toMatchObject({ status: 'completed', error: null });
    await expectRightArchive(stack, during);
  });

  it('starts forgotten jobs anew under their key', async () => {
    expect((await stack.request(`/v1/download/status/${after}`)).status).toBe(404);
    const { jobId } = await stack.initiate(lost);
    expect((await stack.waitUntilFinal(jobId, PATIENT)).status).toBe('completed');
    expect((await stack.archive(jobId)).status).toBe(200);
  });

  it('leaves one archive of each known job', async () => {
    for (const jobId of [before, during]) {
      // Old enough for the sweep to delete what no job owns.
      const longAgo = new Date(Date.now() - 2 * HOUR_MS);
      for (const key of await stack.artifacts(jobId)) {
        await utimes(join(stack.dataDir, 'objects', key), longAgo, longAgo);
      }
    }
    expect(await sweep(client)).toMatchObject({ jobsDeleted: 0 });
    for (const jobId of [before, during]) {
      expect((await stack.artifacts(jobId)).filter((key) => key.endsWith('/archive.zip'))).toHaveLength(1);
      expect((await stack.archive(jobId)).status).toBe(200);
    }
  });
});
