import { describe, expect, it } from '@jest/globals';
import type { DownloadStatus } from 'longhaul/client';
import { resultOf, type Seen } from '../../../../src/dev/drill/result.js';
import type { Row } from '../../../../src/dev/drill/row.js';
import { tableOf } from '../../../../src/dev/drill/table.js';

const ROW: Row = { name: 'kill-api', inject: async () => undefined, heal: async () => undefined };
const start = (at: number, status = 202) => ({ kind: 'start', at, ms: 10, status }) as const;
const completed = { status: 'completed', attempts: 1, error: null } as DownloadStatus;

function seen(change: Partial<Seen> & Partial<Seen['load']> = {}): Seen {
  const posted = ['a', 'b'].map((jobId) => ({ key: jobId, kind: 'small' as const, jobId }));
  const { answers = [start(0), start(500)], posted: starts = posted, ...rest } = change;
  return {
    load: { rate: 2, answers, posted: starts },
    injectedAt: 100,
    healedAt: 200,
    statuses: new Map([
      ['a', completed],
      ['b', completed],
    ]),
    faults: [null, null],
    leftovers: { twice: 0, orphans: 0 },
    alerts: ['LonghaulNoWorkers'],
    ...rest,
  };
}

describe('resultOf', () => {
  it('finds nothing wrong when everything held', () => {
    const result = resultOf(ROW, seen());
    expect(result).toMatchObject({ accepted: 2, ended: { completed: 2 }, lost: 0, longestGapMs: 500 });
    expect(result.problems).toEqual([]);
  });

  it('counts an accepted job without an end as lost', () => {
    const running = { ...completed, status: 'running' } as DownloadStatus;
    const { lost, problems } = resultOf(ROW, seen({ statuses: new Map([['a', running]]) }));
    expect(lost).toBe(2);
    expect(problems).toContain('lost: 2');
  });

  it('names what is wrong with an archive', () => {
    expect(resultOf(ROW, seen({ faults: [null, 'other bytes'] })).problems).toEqual([
      'wrong: 1',
      'other bytes',
    ]);
  });

  it('tells 503 from other errors and no answer', () => {
    const answers = [start(0), start(1, 503), start(2, 502), start(3, 0)];
    const result = resultOf(ROW, seen({ answers }));
    expect(result).toMatchObject({ refused: 1, otherErrors: 1, unanswered: 1 });
    expect(result.problems).toContain('start answered 502');
  });

  it('accepts only the failures that a row expects', () => {
    const failed = { ...completed, status: 'failed', error: { code: 'STORAGE_FULL' } } as DownloadStatus;
    const statuses = new Map([
      ['a', completed],
      ['b', failed],
    ]);
    expect(resultOf(ROW, seen({ statuses })).problems).toEqual(['1 jobs ended as STORAGE_FULL']);
    expect(resultOf({ ...ROW, mayFail: ['STORAGE_FULL'] }, seen({ statuses })).problems).toEqual([]);
  });

  it('reports a second attempt where none may be used', () => {
    const statuses = new Map([['a', { ...completed, attempts: 2 }]]);
    expect(resultOf({ ...ROW, oneAttempt: true }, seen({ statuses })).problems).toContain(
      'a job needed 2 attempts',
    );
  });
});

describe('tableOf', () => {
  it('has a line for each row', () => {
    const lines = tableOf([resultOf(ROW, seen())]).split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatch(/ NoWorkers \|$/);
  });
});
