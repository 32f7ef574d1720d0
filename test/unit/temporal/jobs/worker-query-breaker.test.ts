import { beforeEach, describe, expect, it } from '@jest/globals';
import { WorkerQueryBreaker } from '../../../../src/temporal/jobs/worker-query-breaker.js';
import { waitFor } from '../../../support/wait-for.js';

describe('WorkerQueryBreaker', () => {
  let now: number;
  let sent: number;
  let queries: WorkerQueryBreaker;
  beforeEach(() => {
    now = 1_000_000;
    sent = 0;
    queries = new WorkerQueryBreaker(() => now);
  });

  const answers = async () => ++sent;
  const fails = async () => {
    sent++;
    throw new Error('no poller');
  };

  it('returns the answer of the query', async () => {
    expect(await queries.ask(answers)).toEqual({ answer: 1, isOpen: false });
  });

  it('sends ten queries a second and stays closed', async () => {
    const all = await Promise.all(Array.from({ length: 100 }, () => queries.ask(answers)));
    expect(all.filter(({ answer }) => answer !== undefined)).toHaveLength(10);
    expect(all.some(({ isOpen }) => isOpen)).toBe(false);
    now += 1_000;
    expect((await queries.ask(answers)).answer).toBe(11);
  });

  it('sends needed queries beyond the budget', async () => {
    await Promise.all(Array.from({ length: 10 }, () => queries.ask(answers)));
    expect(await queries.ask(answers, { needed: true })).toEqual({ answer: 11, isOpen: false });
  });

  it('probes once a second while open', async () => {
    expect(await queries.ask(fails)).toEqual({ answer: undefined, isOpen: true });
    now += 999;
    expect((await queries.ask(fails)).isOpen).toBe(true);
    expect((await queries.ask(fails, { needed: true })).isOpen).toBe(true);
    expect(sent).toBe(1);
    now += 1;
    const probe = queries.ask(() => new Promise(() => {}));
    expect(await queries.ask(answers)).toEqual({ answer: undefined, isOpen: true });
    expect(sent).toBe(1);
    expect((await probe).isOpen).toBe(true);
  });

  it('waits briefly for a busy worker', async () => {
    await queries.ask(answers);
    const busy = queries.ask(() => new Promise(() => {}));
    expect(await busy).toEqual({ answer: undefined, isOpen: false });
    await waitFor('the breaker to open', () => queries.isOpen);
  });

  it('closes at a late answer', async () => {
    let answer!: () => void;
    const late = () => new Promise<void>((resolve) => (answer = resolve));
    expect((await queries.ask(late)).isOpen).toBe(true);
    answer();
    await Promise.resolve();
    expect(queries.isOpen).toBe(false);
  });
});
