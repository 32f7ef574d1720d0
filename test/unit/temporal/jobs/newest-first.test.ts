import { describe, expect, it } from '@jest/globals';
import { compareJobs } from '../../../../src/jobs/cursors.js';
import type { JobCursor } from '../../../../src/jobs/job-list.js';
import { FEW, type IndexedRun, newestFirst } from '../../../../src/temporal/jobs/newest-first.js';

const NOW = Date.parse('2026-11-25T12:00:00Z');
const DAY = 86_400_000;

const runAt = (startedAt: number, n: number): IndexedRun => ({
  startedAt,
  jobId: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  runId: `run-${n}`,
});

/** An index in an order of its own, that knows how often and how much it was asked for. */
class ShuffledIndex {
  asked = 0;
  told = 0;
  private readonly runs: IndexedRun[];

  constructor(runs: readonly IndexedRun[]) {
    this.runs = runs.toSorted((a, b) => (a.jobId.at(-1)! + a.jobId < b.jobId.at(-1)! + b.jobId ? -1 : 1));
  }

  read = async function* (this: ShuffledIndex, from: number | null, to: number | null) {
    this.asked++;
    for (const run of this.runs) {
      if ((from !== null && run.startedAt < from) || (to !== null && run.startedAt > to)) continue;
      this.told++;
      yield run;
    }
  }.bind(this);
}

/** Pages of `limit`, each found by its cursor alone, as clients ask for them. */
async function paged(index: ShuffledIndex, limit: number): Promise<IndexedRun[]> {
  const all: IndexedRun[] = [];
  let after: JobCursor | null = null;
  for (;;) {
    const page: IndexedRun[] = [];
    let end: JobCursor | null = null;
    for await (const { runs, reached } of newestFirst(index.read, after, NOW)) {
      page.push(...runs);
      end = reached;
      if (page.length > limit) break;
    }
    all.push(...page.slice(0, limit));
    if (page.length <= limit && end === null) return all;
    after = page[limit - 1] ?? end;
  }
}

const inOrder = (runs: readonly IndexedRun[]) => runs.toSorted(compareJobs);
const idsOf = (runs: readonly IndexedRun[]) => runs.map(({ jobId }) => jobId);

describe('the newest runs first, of an index without that order', () => {
  it.each([
    ['few', Array.from({ length: 30 }, (_, i) => runAt(NOW - i * DAY, i))],
    ['many over years', Array.from({ length: 1_500 }, (_, i) => runAt(NOW - i * DAY, i))],
    ['many at once', Array.from({ length: 1_700 }, (_, i) => runAt(NOW - DAY - (i % 7), i))],
    [
      'many now, and some long ago',
      Array.from({ length: 900 }, (_, i) => runAt(i < 850 ? NOW - i * 10 : NOW - 3_000 * DAY + i, i)),
    ],
    ['clocks that go ahead', Array.from({ length: 700 }, (_, i) => runAt(NOW + 5_000 - i, i))],
  ])('are told once each and in order: %s', async (_, runs) => {
    expect(idsOf(await paged(new ShuffledIndex(runs), 100))).toEqual(idsOf(inOrder(runs)));
  });

  it('cost one request when there are few', async () => {
    const index = new ShuffledIndex(Array.from({ length: FEW }, (_, i) => runAt(NOW - i * DAY, i)));
    await paged(index, FEW);
    expect(index.asked).toBe(1);
  });

  it('do not cost the whole history when there is a long one', async () => {
    const index = new ShuffledIndex(Array.from({ length: 50_000 }, (_, i) => runAt(NOW - i * 60_000, i)));
    for await (const { runs } of newestFirst(index.read, null, NOW)) if (runs.length > 0) break;
    expect(index.told).toBeLessThan(2 * FEW);
  });

  it('are told once though a run closes while the index is read', async () => {
    const run = runAt(NOW, 1);
    async function* twice() {
      yield run;
      yield run;
    }
    for await (const { runs } of newestFirst(twice, null, NOW)) expect(runs).toEqual([run]);
  });
});
