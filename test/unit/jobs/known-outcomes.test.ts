import { describe, expect, it } from '@jest/globals';
import type { FileOutcome, FileState } from '../../../src/contract/files.js';
import { decodeFilesCursor, type FilesCursor, FIRST_FILE } from '../../../src/jobs/cursors.js';
import { knownOutcomes } from '../../../src/jobs/known-outcomes.js';

const outcome = (i: number, state: FileState): FileOutcome => ({
  fileId: i,
  name: null,
  size: null,
  state,
  error: null,
});

/** Files of a job of which these are skipped. */
function fakeJobs(total: number, skipped: number[]) {
  const queries: [number, number][] = [];
  const files = async (_jobId: string, offset: number, limit: number) => {
    queries.push([offset, limit]);
    const length = Math.max(0, Math.min(limit, total - offset));
    return Array.from({ length }, (_, i) =>
      outcome(offset + i, skipped.includes(offset + i) ? 'skipped' : 'pending'),
    );
  };
  const page = async (cursor: FilesCursor, limit: number, states: FileState[] | null) => {
    const { files: found, nextCursor } = await knownOutcomes({ files }, 'job', total, {
      cursor,
      limit,
      states,
    });
    return { ids: found.map(({ fileId }) => fileId), next: nextCursor && decodeFilesCursor(nextCursor) };
  };
  return { page, queries };
}

describe('knownOutcomes', () => {
  it('asks for one page of all states', async () => {
    const { page, queries } = fakeJobs(5, []);
    expect(await page(FIRST_FILE, 2, null)).toEqual({ ids: [0, 1], next: { line: 2 } });
    expect(await page({ line: 2 }, 3, null)).toEqual({ ids: [2, 3, 4], next: null });
    expect(queries).toEqual([
      [0, 2],
      [2, 3],
    ]);
  });

  it('holds the two skipped of 10,000', async () => {
    const { page, queries } = fakeJobs(10_000, [7, 9_999]);
    expect(await page(FIRST_FILE, 2, ['skipped', 'failed'])).toEqual({ ids: [7, 9_999], next: null });
    expect(queries).toHaveLength(2);
  });

  it('continues at the next file in a state', async () => {
    const { page } = fakeJobs(10_000, [7, 9_999]);
    expect(await page(FIRST_FILE, 1, ['skipped'])).toEqual({ ids: [7], next: { line: 9_999 } });
  });

  it('looks at a bounded number of files', async () => {
    const { page, queries } = fakeJobs(100_000, [20_000]);
    expect(await page(FIRST_FILE, 10, ['skipped'])).toEqual({ ids: [], next: { line: 10_000 } });
    expect(queries).toHaveLength(2);
  });

  it('ends behind the last file', async () => {
    const { page } = fakeJobs(3, []);
    for (const states of [null, ['skipped' as const]]) {
      expect(await page({ line: 7 }, 10, states)).toEqual({ ids: [], next: null });
    }
  });

  it('refuses a cursor of an earlier run', async () => {
    const { page } = fakeJobs(3, []);
    await expect(page({ byte: 7 }, 10, null)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  });
});
