import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Worker } from '@temporalio/worker';
import { WORKFLOW_BUNDLE } from '../support/time-skipping.js';

const HISTORIES = resolve('test/workflows/histories');

/**
 * A download may run for hours, so a new worker continues workflows that an old worker started. Replay requires that the
 * new code issues the same commands in the same order as the recorded histories.
 *
 * How to change a workflow:
 * - Guard every change of commands (activities, timers, signals, children, memo and search attribute updates) with
 *   `patched('name')` from `@temporalio/workflow`, and keep the old branch until no such workflow can run any more.
 * - Then record the new behavior with `RECORD_HISTORIES=1 npm test -- histories/record`. It overwrites all files: commit
 *   the new one under a name of its own and restore the others, because they prove that the old branch still replays.
 * - Changes without commands (comments, pure functions, query answers) need neither.
 */
describe('workflow replay', () => {
  const files = readdirSync(HISTORIES).filter((name) => name.endsWith('.json'));

  it('finds recorded histories', () => {
    expect(files.length).toBeGreaterThanOrEqual(6);
  });

  it.each(files)('replays %s', async (file) => {
    const history: unknown = JSON.parse(readFileSync(join(HISTORIES, file), 'utf8'));
    const replay = Worker.runReplayHistory({ workflowBundle: { codePath: WORKFLOW_BUNDLE } }, history);
    await expect(replay).resolves.toBeUndefined();
  });

  it('detects a history with another activity', async () => {
    const text = readFileSync(join(HISTORIES, 'completed.json'), 'utf8').replaceAll(
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
