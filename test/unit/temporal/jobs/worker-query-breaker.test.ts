import { beforeEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '../../../support/wait-for.js';
import { WorkerQueryBreaker } from '../../../../src/temporal/jobs/worker-query-breaker.js';

describe('queries to workers', () => {
  let now: number;
  let asked: number;
  let queries: WorkerQueryBreaker;
  beforeEach(() => {
    now = 1_000_000;
    asked = 0;
    queries = new WorkerQueryBreaker(() => now);
  });

  const answers = async () => ++asked;
  const fails = async () => {
    asked++;
    throw new Error('no poller');
  };

  it('bring their answers', async () => {
    expect(await queries.ask(answers)).toEqual({ answer: 1, silent: false });
  });

  it('are no more than ten a second, for however many jobs; nobody counts as silent for want of budget', async () => {
    const all = await Promise.all(Array.from({ length: 100 }, () => queries.ask(answers)));
    expect(all.filter(({ answer }) => answer !== undefined)).toHaveLength(10);
    expect(all.some(({ silent }) => silent)).toBe(false);
    now += 1_000;
    expect((await queries.ask(answers)).answer).toBe(11);
  });

  it('are one a second while no worker answers, and nobody waits for the others', async () => {
    expect(await queries.ask(fails)).toEqual({ answer: undefined, silent: true });
    now += 999;
    expect((await queries.ask(fails)).silent).toBe(true);
    expect(asked).toBe(1);
    now += 1;
    const probe = queries.ask(() => new Promise(() => {}));
    expect(await queries.ask(answers)).toEqual({ answer: undefined, silent: true });
    expect(asked).toBe(1);
    expect((await probe).silent).toBe(true);
  });

  it('are not waited for long where workers have just answered', async () => {
    await queries.ask(answers);
    const busy = queries.ask(() => new Promise(() => {}));
    expect(await busy).toEqual({ answer: undefined, silent: false });
    await waitFor('the silence to be markChanged', () => queries.silent);
  });

  it('learn of a worker that answers late', async () => {
    let answer!: () => void;
    const late = () => new Promise<void>((resolve) => (answer = resolve));
    expect((await queries.ask(late)).silent).toBe(true);
    answer();
    await Promise.resolve();
    expect(queries.silent).toBe(false);
  });
});
