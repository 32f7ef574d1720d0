import { beforeEach, describe, expect, it } from '@jest/globals';
import { PartLimit } from '../../../../src/storage/s3/part-limit.js';

describe('PartLimit', () => {
  let now: number;
  let parts: PartLimit;
  let ends: (() => void)[];
  beforeEach(() => {
    now = 0;
    parts = new PartLimit(() => now);
    ends = [];
  });

  const send = (count: number) =>
    Promise.all(
      Array.from({ length: count }, () =>
        parts.run(() => new Promise<void>((resolve) => ends.push(resolve))),
      ),
    );

  /** Lets the semaphore admit what it can. */
  const settle = async () => {
    for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
  };

  it('limits nothing before a refusal', async () => {
    void send(40);
    await settle();
    expect(ends).toHaveLength(40);
  });

  it('halves the parts under way', async () => {
    const sent = send(8);
    await settle();
    parts.reduce();
    expect(parts.limit).toBe(4);
    for (const end of ends.splice(0)) end();
    await sent;
    void send(6);
    await settle();
    expect(ends).toHaveLength(4);
  });

  it('takes a crowd of refusals for one', async () => {
    void send(16);
    await settle();
    for (let refusal = 0; refusal < 20; refusal++) parts.reduce();
    expect(parts.limit).toBe(8);
    now += 10_000;
    parts.reduce();
    expect(parts.limit).toBe(4);
  });

  it('never ends below four parts', async () => {
    void send(1);
    await settle();
    parts.reduce();
    expect(parts.limit).toBe(4);
  });

  it('doubles each minute', async () => {
    void send(8);
    await settle();
    parts.reduce();
    now += 59_999;
    expect(parts.limit).toBe(4);
    now += 1;
    expect(parts.limit).toBe(8);
    now += 120_000;
    expect(parts.limit).toBe(32);
  });

  it('ignores refusals while no part is under way', () => {
    parts.reduce();
    expect(parts.limit).toBe(Infinity);
  });
});
