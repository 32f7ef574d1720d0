import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { HISTORIES, recordedHistories } from '../support/releases.js';
import { WORKFLOW_BUNDLE } from '../support/time-skipping.js';

/**
 * A download may run for hours, so a new worker continues workflows that an old worker started. Replay requires that the
 * new code issues the same commands in the same order as the recorded histories.
 *
 * docs/upgrades.md says how to change a workflow.
 */
describe('workflow replay', () => {
  const files = recordedHistories();

  it('finds recorded histories', () => {
    expect(files.length).toBeGreaterThanOrEqual(6);
  });

  it.each(files)('replays %s', async (file) => {
    const history: unknown = JSON.parse(readFileSync(join(HISTORIES, file), 'utf8'));
    const replay = Worker.runReplayHistory({ workflowBundle: { codePath: WORKFLOW_BUNDLE } }, history);
    await expect(replay).resolves.toBeUndefined();
  });

  it('reports no ending again', async () => {
    const reported: unknown[] = [];
    const sink = {
      fn: (_info: unknown, ending: unknown) => void reported.push(ending),
      callDuringReplay: false,
    };
    const sinks = { telemetry: { ended: sink, callbackEnded: sink } };
    for (const file of files) {
      const history: unknown = JSON.parse(readFileSync(join(HISTORIES, file), 'utf8'));
      await Worker.runReplayHistory({ workflowBundle: { codePath: WORKFLOW_BUNDLE }, sinks }, history);
    }
    expect(reported).toEqual([]);
  });

  it('detects a history with another activity', async () => {
    const text = readFileSync(join(HISTORIES, 'earlier/completed.json'), 'utf8').replaceAll(
      '"buildArchive"',
      '"somethingElse"',
    );
    const replay = Worker.runReplayHistory(
      { workflowBundle: { codePath: WORKFLOW_BUNDLE } },
      JSON.parse(text),
    );
    await expect(replay).rejects.toThrow(/nondeterminism/i);
  });
});
