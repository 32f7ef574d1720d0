import { describe, expect, it } from '@jest/globals';
import type { Slot } from '../../../../src/contract/lanes.js';
import { SlotQueue } from '../../../../src/workflows/lane/slot-queue.js';

function aSlot(jobId: string, since: number, changes: Partial<Slot> = {}): Slot {
  return { jobId, runId: 'first', priority: 'standard', since, ...changes };
}

describe('SlotQueue', () => {
  const [a, b, c, d] = [aSlot('a', 1), aSlot('b', 2), aSlot('c', 3), aSlot('d', 4)];

  /** Returns a queue without jobs. */
  function empty(maxRunning = 1): SlotQueue {
    return new SlotQueue({ maxRunning, running: [], waiting: [] });
  }

  it('grants free slots and queues other jobs', () => {
    const queue = empty(2);
    for (const slot of [a, b, c, d]) queue.acquire(slot, 2);
    expect(queue.jobs).toEqual({ running: ['a', 'b'], waiting: ['c', 'd'] });
    expect(queue.takeGranted()).toEqual([a, b]);
  });

  it('grants released slots by post time, not arrival', () => {
    const queue = empty();
    for (const slot of [a, d, b, c]) queue.acquire(slot, 1);
    queue.takeGranted();
    const order = [a, b, c].flatMap((slot) => {
      queue.release(slot);
      return queue.takeGranted().map(({ jobId }) => jobId);
    });
    expect(order).toEqual(['b', 'c', 'd']);
  });

  it('keeps low priority behind standard', () => {
    const queue = empty();
    const low = aSlot('low', 0, { priority: 'low' });
    for (const slot of [a, low, b]) queue.acquire(slot, 1);
    expect(queue.jobs.waiting).toEqual(['b', 'low']);
  });

  it('notifies each job once per request', () => {
    const queue = empty();
    for (const slot of [a, a, b]) queue.acquire(slot, 1);
    expect(queue.takeGranted()).toEqual([a]);
    expect(queue.takeGranted()).toEqual([]);
    for (const slot of [a, a, b]) queue.acquire(slot, 1);
    expect(queue.takeGranted()).toEqual([a]);
    expect(queue.takeGranted()).toEqual([]);
    expect(queue.jobs).toEqual({ running: ['a'], waiting: ['b'] });
  });

  it('grants free slots in its constructor', () => {
    const queue = new SlotQueue({ maxRunning: 2, running: [], waiting: [a, b, c] });
    expect(queue.jobs).toEqual({ running: ['a', 'b'], waiting: ['c'] });
    expect(queue.takeGranted()).toEqual([a, b]);
  });

  it('treats another run as another job', () => {
    const queue = empty();
    const again = aSlot('a', 5, { runId: 'second' });
    for (const slot of [a, again]) queue.acquire(slot, 1);
    expect(queue.takeGranted()).toEqual([a]);
    queue.release(a);
    expect(queue.takeGranted()).toEqual([again]);
  });

  it('follows the limit up and revokes nothing', () => {
    const queue = empty();
    for (const slot of [a, b, c]) queue.acquire(slot, 1);
    queue.acquire(d, 3);
    expect(queue.jobs).toEqual({ running: ['a', 'b', 'c'], waiting: ['d'] });
    queue.acquire(d, 1);
    for (const slot of [a, b]) queue.release(slot);
    expect(queue.jobs).toEqual({ running: ['c'], waiting: ['d'] });
  });

  it('ignores releases of unknown jobs', () => {
    const queue = empty();
    for (const slot of [a, b]) queue.acquire(slot, 1);
    for (const slot of [b, c, a, a]) queue.release(slot);
    expect(queue.isEmpty).toBe(true);
    expect(queue.hasGranted).toBe(false);
  });

  it('resumes from its state', () => {
    const queue = empty(2);
    for (const slot of [a, b, c]) queue.acquire(slot, 2);
    queue.takeGranted();
    const next = new SlotQueue(JSON.parse(JSON.stringify(queue.state)));
    expect(next.jobs).toEqual(queue.jobs);
    next.release(a);
    expect(next.takeGranted()).toEqual([c]);
  });

  it('probes running jobs always and waiting ones in rotation', () => {
    const queue = empty();
    const waiting = Array.from({ length: 50 }, (_, i) => aSlot(`w${i}`, 10 + i));
    for (const slot of [a, ...waiting]) queue.acquire(slot, 1);
    const probes = [queue.nextProbe(), queue.nextProbe(), queue.nextProbe(), queue.nextProbe()];
    expect(probes.every((probe) => probe[0] === a && probe.length <= 21)).toBe(true);
    const seen = new Set(probes.slice(0, 3).flat());
    expect(seen.size).toBe(51);
    expect(probes[3]).toEqual(probes[0]);
  });
});
