import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Worker, type WorkerOptions } from '@temporalio/worker';
import { BUILD_TASK_QUEUE } from '../../src/contract/names.js';
import { inactive } from '../../src/workflows/pending-patches.js';
import { FakeActivities } from '../support/fake-activities.js';
import { aJob } from '../support/jobs.js';
import { describeWith } from '../support/require-server.js';
import { SILENT_SINKS } from '../support/silent-sinks.js';
import { locateTemporalTestServer } from '../support/temporal-programs.js';
import { TimeSkippingTemporal, WORKFLOW_BUNDLE } from '../support/time-skipping.js';

const PATCH = 'segments';

/** The test is the history of the patch `segments`, as if three releases had brought it. */
describeWith(await locateTemporalTestServer(), 'pending patch', (serverPath) => {
  let temporal: TimeSkippingTemporal;
  let folder: string;
  /** The workflows of the release that does not know the patch. */
  let before: string;
  beforeAll(async () => {
    temporal = await TimeSkippingTemporal.start(serverPath);
    folder = mkdtempSync(join(tmpdir(), 'longhaul-patch-'));
    before = join(folder, 'workflow-bundle.js');
    const code = readFileSync(WORKFLOW_BUNDLE, 'utf8');
    const without = code.replaceAll(/\(0, ?\S+\.patched\)\(SEGMENTS\)/g, 'false');
    expect(without).not.toBe(code);
    writeFileSync(before, without);
  });
  afterAll(async () => {
    await temporal?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs a job on workers with these options and returns its history. */
  async function historyOn(options: Partial<WorkerOptions>) {
    const activities = new FakeActivities();
    const earlierBuilds = await Worker.create({
      connection: temporal.env.nativeConnection,
      taskQueue: BUILD_TASK_QUEUE,
      activities: { buildArchive: activities.buildArchive },
    });
    const run = async () => {
      const handle = await temporal.startJob(aJob());
      await handle.result();
      return handle.fetchHistory();
    };
    return earlierBuilds.runUntil(temporal.serve(activities, run, options));
  }

  const replay = (codePath: string, history: unknown) =>
    Worker.runReplayHistory({ workflowBundle: { codePath }, sinks: SILENT_SINKS }, history);

  it('is not used by the release that brings it', async () => {
    const history = await historyOn(inactive([PATCH]));
    expect(history.events!.filter((event) => event.markerRecordedEventAttributes)).toEqual([]);
    await expect(replay(before, history)).resolves.toBeUndefined();
    await expect(replay(WORKFLOW_BUNDLE, history)).resolves.toBeUndefined();
  });

  it('breaks no release that knows it', async () => {
    const history = await historyOn(inactive([]));
    expect(history.events!.filter((event) => event.markerRecordedEventAttributes)).toHaveLength(1);
    await expect(replay(WORKFLOW_BUNDLE, history)).resolves.toBeUndefined();
    await expect(replay(before, history)).rejects.toThrow(/nondeterminism/i);
  });
});
