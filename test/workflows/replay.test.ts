import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Worker } from '@temporalio/worker';
import { WORKFLOW_BUNDLE } from '../support/time-skipping.js';

const HISTORIES = resolve('test/workflows/histories');

/**
 * Jobs run for hours, so a new worker meets workflows that an old one began. A changed workflow must do what these
 * recorded ones did, in their order; where it cannot, it must ask `patched` first. Record new ones, never replace old
 * ones: `RECORD_HISTORIES=1 npm test -- histories/record`.
 */
describe('the workflow of today', () => {
  const files = readdirSync(HISTORIES).filter((name) => name.endsWith('.json'));

  it('has histories to replay', () => {
    expect(files.length).toBeGreaterThanOrEqual(6);
  });

  it.each(files)('replays %s', async (file) => {
    const history: unknown = JSON.parse(readFileSync(join(HISTORIES, file), 'utf8'));
    const replay = Worker.runReplayHistory({ workflowBundle: { codePath: WORKFLOW_BUNDLE } }, history);
    await expect(replay).resolves.toBeUndefined();
  });

  it('is caught when it does something else', async () => {
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
