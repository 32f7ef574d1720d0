import { describe, expect, it } from '@jest/globals';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { describedSnapshot } from '../../../src/api/temporal-view.js';
import { MEMO } from '../../../src/contract/names.js';
import { queuedSnapshot } from '../../../src/contract/queued-snapshot.js';
import type { JobPhase } from '../../../src/contract/types.js';
import { aJob } from '../../support/jobs.js';

/** A running workflow of so many files in this phase, with these activities pending. */
function described(files: number, phase: JobPhase, pending: string[]): WorkflowExecutionDescription {
  const job = aJob({ files: Array.from({ length: files }, (_, i) => 70_000 + i) });
  return {
    status: { name: 'RUNNING' },
    memo: { [MEMO.snapshot]: { ...queuedSnapshot(job), status: 'running', phase } },
    raw: { pendingActivities: pending.map((name) => ({ activityType: { name } })) },
  } as unknown as WorkflowExecutionDescription;
}

const pendingLookUps = (count: number) => Array<string>(count).fill('prepareFiles');

describe('the snapshot of a job whose files are being looked up', () => {
  it('counts those whose activity is no longer pending', () => {
    expect(describedSnapshot(described(8, 'preparing', pendingLookUps(5)))).toMatchObject({
      preparedFiles: 3,
      message: 'Looking up 3 of 8 files',
    });
  });

  it('counts whole chunks of a large job, and never a file too many', () => {
    expect(describedSnapshot(described(1_050, 'preparing', pendingLookUps(96)))?.preparedFiles).toBe(0);
    expect(describedSnapshot(described(1_050, 'preparing', pendingLookUps(50)))?.preparedFiles).toBe(500);
    expect(describedSnapshot(described(1_050, 'preparing', []))?.preparedFiles).toBe(1_050);
  });

  it('counts nothing in another phase', () => {
    expect(describedSnapshot(described(8, 'queued', []))?.preparedFiles).toBe(0);
  });
});
