import { describe, expect, it } from '@jest/globals';
import type { Slot } from '../../../../src/contract/lanes.js';
import { SlotQueue } from '../../../../src/workflows/lane/slot-queue.js';

function aSlot(jobId: string, since: number, changes: Partial<Slot> = {}): Slot {
  return { jobId, runId: 'first', priority: 'standard', since, ...changes };
}

describe('a queue for slots', () => {
  const [a, b, c, d] = [aSlot('a', 1), aSlot('b', 2), aSlot('c', 3), aSlot('d', 4)];

  /** One slot, and nobody in it. */
  function empty(maxRunning = 1): SlotQueue {
    return new SlotQueue({ maxRunning, running: [], waiting: [] });
  }

  it('grants what is free, and lets the others wait', () => {
    const queue = empty(2);
    for (const slot of [a, b, c, d]) queue.acquire(slot, 2);
    expect(queue.jobs).toEqual({ running: ['a', 'b'], waiting: ['c', 'd'] });
    expect(queue.takeGranted()).toEqual([a, b]);
  });

  it('grants a slot that is released to whoever was asked for first, however late it came', () => {
    const queue = empty();
    for (const slot of [a, d, b, c]) queue.acquire(slot, 1);
    queue.takeGranted();
    const order = [a, b, c].flatMap((slot) => {
      queue.release(slot);
      return queue.takeGranted().map(({ jobId }) => jobId);
    });
    expect(order).toEqual(['b', 'c', 'd']);
  });

  it('lets low priority wait behind the others', () => {
    const queue = empty();
    const low = aSlot('low', 0, { priority: 'low' });
    for (const slot of [a, low, b]) queue.acquire(slot, 1);
    expect(queue.jobs.waiting).toEqual(['b', 'low']);
  });

  it('tells each once, and again who asks again', () => {
    const queue = empty();
    for (const slot of [a, a, b]) queue.acquire(slot, 1);
    expect(queue.takeGranted()).toEqual([a]);
    expect(queue.takeGranted()).toEqual([]);
    for (const slot of [a, a, b]) queue.acquire(slot, 1, 'first');
    expect(queue.takeGranted()).toEqual([]);
    for (const slot of [a, a, b]) queue.acquire(slot, 1, 'again');
    expect(queue.takeGranted()).toEqual([a]);
  });

  it('keeps the order in which jobs were announced, whatever their clocks say', () => {
    const queue = empty();
    const low = aSlot('low', 0, { priority: 'low' });
    for (const slot of [a, low, d, c, b]) queue.acquire(slot, 1, 'announced');
    for (const slot of [b, c, d, low, a]) queue.acquire(slot, 1, 'first');
    expect(queue.jobs).toEqual({ running: ['a'], waiting: ['d', 'c', 'b', 'low'] });
  });

  it('grants the slots that are free when it begins', () => {
    const queue = new SlotQueue({ maxRunning: 2, running: [], waiting: [a, b, c] });
    expect(queue.jobs).toEqual({ running: ['a', 'b'], waiting: ['c'] });
    expect(queue.takeGranted()).toEqual([a, b]);
  });

  it('doubts that a job runs which was only announced, until it is heard of or was looked at twice', () => {
    const queue = empty(2);
    for (const slot of [a, b]) queue.acquire(slot, 2, 'announced');
    expect(queue.holdsUnheard).toBe(true);
    queue.acquire(a, 2, 'first');
    queue.lookedAt([b]);
    expect(queue.holdsUnheard).toBe(true);
    queue.lookedAt([b]);
    expect(queue.holdsUnheard).toBe(false);
    queue.acquire(b, 2, 'announced');
    expect(queue.holdsUnheard).toBe(false);
  });

  it('takes another run of the same job for another', () => {
    const queue = empty();
    const again = aSlot('a', 5, { runId: 'second' });
    for (const slot of [a, again]) queue.acquire(slot, 1);
    expect(queue.takeGranted()).toEqual([a]);
    queue.release(a);
    expect(queue.takeGranted()).toEqual([again]);
  });

  it('grants more when the cap rises, and takes nothing back when it falls', () => {
    const queue = empty();
    for (const slot of [a, b, c]) queue.acquire(slot, 1);
    queue.acquire(d, 3);
    expect(queue.jobs).toEqual({ running: ['a', 'b', 'c'], waiting: ['d'] });
    queue.acquire(d, 1);
    for (const slot of [a, b]) queue.release(slot);
    expect(queue.jobs).toEqual({ running: ['c'], waiting: ['d'] });
  });

  it('is empty when all have gone, also those it never knew', () => {
    const queue = empty();
    for (const slot of [a, b]) queue.acquire(slot, 1);
    for (const slot of [b, c, a, a]) queue.release(slot);
    expect(queue.isEmpty).toBe(true);
    expect(queue.hasGranted).toBe(false);
  });

  it('goes on from its state', () => {
    const queue = empty(2);
    for (const slot of [a, b, c]) queue.acquire(slot, 2);
    queue.takeGranted();
    const next = new SlotQueue(JSON.parse(JSON.stringify(queue.state)));
    expect(next.jobs).toEqual(queue.jobs);
    next.release(a);
    expect(next.takeGranted()).toEqual([c]);
  });

  it('looks all of them up by and by, and those with a slot every time', () => {
    const queue = empty();
    const waiting = Array.from({ length: 50 }, (_, i) => aSlot(`w${i}`, 10 + i));
    for (const slot of [a, ...waiting]) queue.acquire(slot, 1);
    const looks = [queue.toLookUp(), queue.toLookUp(), queue.toLookUp(), queue.toLookUp()];
    expect(looks.every((look) => look[0] === a && look.length <= 21)).toBe(true);
    const seen = new Set(looks.slice(0, 3).flat());
    expect(seen.size).toBe(51);
    expect(looks[3]).toEqual(looks[0]);
  });
});
