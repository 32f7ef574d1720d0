import { beforeEach, describe, expect, it } from '@jest/globals';
import { WorkerProbe } from '../../../src/api/worker-probe.js';

describe('the probe of workers', () => {
  let now: number;
  let asked: number;
  let probe: WorkerProbe;
  beforeEach(() => {
    now = 1_000_000;
    asked = 0;
    probe = new WorkerProbe(() => now);
  });

  const answers = async () => void asked++;
  const fails = async () => {
    asked++;
    throw new Error('no poller');
  };

  it('asks once a second, for however many jobs', async () => {
    await Promise.all(Array.from({ length: 100 }, () => probe.answering(answers)));
    now += 999;
    await probe.answering(answers);
    expect(asked).toBe(1);
    now += 1;
    await probe.answering(answers);
    expect(asked).toBe(2);
  });

  it('asks no more often while no worker answers', async () => {
    expect(await probe.answering(fails)).toBe(false);
    now += 500;
    expect(await probe.answering(fails)).toBe(false);
    expect(asked).toBe(1);
  });

  it('does not let anybody wait who can be told what was found a moment ago', async () => {
    await probe.answering(answers);
    now += 2_000;
    expect(await probe.answering(() => new Promise(() => {}))).toBe(true);
  });

  it('waits for the answer when the last one is old', async () => {
    await probe.answering(answers);
    now += 5_000;
    expect(await probe.answering(fails)).toBe(false);
  });

  it('learns of a worker that answers late', async () => {
    let answer!: () => void;
    const late = () => new Promise<void>((resolve) => (answer = resolve));
    expect(await probe.answering(late)).toBe(false);
    answer();
    await Promise.resolve();
    expect(await probe.answering(fails)).toBe(true);
    expect(asked).toBe(0);
  });
});
