import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { workflowIdFor } from '../../src/contract/names.js';
import { noise } from '../support/bodies.js';
import { releases, workerWithWorkflowsOf } from '../support/releases.js';
import { describeWith } from '../support/require-server.js';
import { Stack } from '../support/stack.js';
import { startedActivities } from '../support/started-activities.js';
import { SlowServer } from '../support/slow-server.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { WORKFLOW_BUNDLE } from '../support/time-skipping.js';
import { waitFor } from '../support/wait-for.js';

const PATIENT = { timeoutMs: 120_000 };

/** Downloads that begin before each step. */
const MANY = 8;

describeWith(await locateTemporalCli(), 'upgrade of workers', (temporalCli) => {
  let files: SlowServer;
  let stack: Stack;
  let client: Client;
  let previous: { program: string; folder: string };
  beforeAll(async () => {
    files = await SlowServer.start(noise(4_000_000));
    previous = await workerWithWorkflowsOf(releases().at(-1)!);
    stack = await Stack.start({
      temporalCli,
      workers: 0,
      // As in deploy/temporal: no task is lost with a worker that stops.
      dynamicConfig: ['frontend.enableCancelWorkerPollsOnShutdown=true'],
      env: {
        SHUTDOWN_GRACE_MS: '100',
        // A heartbeat that a busy machine delays must not look like a lost attempt.
        HEARTBEAT_TIMEOUT_MS: '60000',
        CATALOGUE_URL: `${files.url}/{id}`,
        OUTBOUND_ALLOWED_HOSTS: files.host,
      },
    });
    client = new Client({ connection: await Connection.connect({ address: stack.temporalAddress }) });
  });
  afterAll(async () => {
    await client?.connection.close();
    await stack?.stop();
    await files?.stop();
    if (previous) rmSync(previous.folder, { recursive: true, force: true });
  });

  const start = async (fileIds: string[]) => (await stack.initiate({ fileIds })).jobId;

  const startMany = () =>
    Promise.all(Array.from({ length: MANY }, (_, i) => start(['quick-1', `quick-${2 + i}`])));

  /** Asks Temporal, because the status learns of a build with the second heartbeat, most of a minute later. */
  async function isBuilding(jobId: string): Promise<boolean> {
    const started = await startedActivities(client, jobId);
    return started.some(({ activityType }) => activityType?.name === 'buildArchive');
  }

  async function startedBuild(): Promise<string> {
    const jobId = await start(['slow-1', 'quick-1']);
    await waitFor('the build', () => isBuilding(jobId), PATIENT.timeoutMs);
    return jobId;
  }

  async function eventsOf(jobId: string) {
    return (await client.workflow.getHandle(workflowIdFor(jobId)).fetchHistory()).events!;
  }

  /** Runs the command as an operator does. Returns its exit code and output. */
  function replay(...args: string[]): Promise<{ code: unknown; output: string }> {
    const env = { ...process.env, TEMPORAL_ADDRESS: stack.temporalAddress };
    return new Promise((done) => {
      execFile(process.execPath, [resolve('dist/dev/replay.js'), ...args], { env }, (error, stdout, stderr) =>
        done({ code: error ? error.code : 0, output: stdout + stderr }),
      );
    });
  }

  it('loses no job and no attempt, forward and back', async () => {
    let worker = await stack.startWorker({}, previous.program);
    const builds: string[] = [];
    const jobIds: string[] = [];
    for (const next of [undefined, previous.program, undefined]) {
      builds.push(await startedBuild());
      jobIds.push(...(await startMany()));
      const old = worker;
      worker = await stack.startWorker({}, next);
      // Both versions take steps of these.
      jobIds.push(...(await startMany()));
      old.signal('SIGTERM');
      await waitFor('the old worker to end', () => !old.isRunning, PATIENT.timeoutMs);
    }
    files.hurry();
    for (const jobId of [...builds, ...jobIds]) {
      const { status, attempts } = await stack.waitUntilFinal(jobId, PATIENT);
      const events = await eventsOf(jobId);
      const failures = events.flatMap(
        (event) =>
          event.workflowTaskFailedEventAttributes?.failure ??
          event.activityTaskStartedEventAttributes?.lastFailure ??
          [],
      );
      expect({ jobId, failures }).toEqual({ jobId, failures: [] });
      expect({ jobId, status, attempts }).toEqual({ jobId, status: 'completed', attempts: 1 });
    }
    const versions = (await eventsOf(builds[0]!)).map(
      (event) => event.workflowTaskCompletedEventAttributes?.workerVersion?.buildId,
    );
    expect(new Set(versions.filter(Boolean)).size).toBe(2);
  }, 600_000);

  it('is proved before by a replay of the namespace', async () => {
    const { code, output } = await replay('--last', '50');
    expect(output).toMatch(/^Replayed \d+ histories of namespace default, 0 without success\.$/m);
    expect(code).toBe(0);
  });

  it('is warned of by a replay that fails', async () => {
    const bundle = join(previous.folder, 'broken-bundle.js');
    const changed = readFileSync(WORKFLOW_BUNDLE, 'utf8').replaceAll('prepareFiles', 'lookFilesUp');
    writeFileSync(bundle, changed);
    const { code, output } = await replay('--last', '2', '--bundle', bundle);
    expect(output).toMatch(/^Job [\w-]+, download\/[\w-]+: .*nondeterminism/im);
    expect(output).toMatch(/patched\(\), see docs\/upgrades\.md/);
    expect(code).toBe(1);
  });
});
