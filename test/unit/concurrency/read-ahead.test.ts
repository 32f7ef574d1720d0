import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { LatencyWindow } from '../../../src/concurrency/latency-window.js';
import { readAhead } from '../../../src/concurrency/read-ahead.js';
import { collect } from '../../support/bodies.js';

const LIMITS = { minRequests: 4, maxRequests: 64, maxBytes: 1_000, requestsPerSecond: 1_000 };
const items = Array.from({ length: 200 }, (_, index) => index);

describe('LatencyWindow', () => {
  it.each([
    [0.1, 4],
    [5, 5],
    [40, 40],
    [600, 64],
  ])('is sized for %d ms as %d requests', (ms, size) => {
    const window = new LatencyWindow(LIMITS);
    expect(window.size).toBe(4);
    window.observe(ms);
    expect(window.size).toBe(size);
  });

  it('ignores waits in its own queue', () => {
    const window = new LatencyWindow(LIMITS);
    for (const ms of [10, 500, 700, 900]) window.observe(ms);
    expect(window.size).toBe(10);
  });

  it('follows a server that becomes slower', () => {
    const window = new LatencyWindow(LIMITS);
    window.observe(1);
    for (let i = 0; i < 128; i++) window.observe(30);
    expect(window.size).toBe(30);
  });

  it('bounds bytes but always admits one request', () => {
    const window = new LatencyWindow(LIMITS);
    expect(window.admits(0, 0, 5_000)).toBe(true);
    expect(window.admits(1, 600, 400)).toBe(true);
    expect(window.admits(1, 600, 401)).toBe(false);
  });
});

describe('readAhead', () => {
  /** Reads that answer when told to. */
  class Server {
    running = 0;
    most = 0;
    read = async (item: number) => {
      this.most = Math.max(this.most, ++this.running);
      await turn();
      this.running--;
      return item;
    };
  }

  it('yields results in order', async () => {
    const ahead = readAhead(items, () => 1, new Server().read, LIMITS);
    expect(await collect(ahead)).toEqual(items);
  });

  it('stays within its bounds', async () => {
    const server = new Server();
    await collect(readAhead(items, () => 400, server.read, LIMITS));
    expect(server.most).toBe(2);
    const large = new Server();
    await collect(readAhead(items, () => 5_000, large.read, LIMITS));
    expect(large.most).toBe(1);
  });

  it('reads further ahead of a slow server', async () => {
    const started: number[] = [];
    const release: (() => void)[] = [];
    const read = (item: number) => {
      started.push(item);
      return new Promise<number>((resolve) => release.push(() => resolve(item)));
    };
    const ahead = readAhead(items, () => 1, read, { ...LIMITS, requestsPerSecond: 1_000_000 });
    const first = ahead.next();
    expect(started).toHaveLength(4);
    await turn();
    release[0]!();
    await first;
    const second = ahead.next();
    await turn();
    expect(started.length).toBeGreaterThan(30);
    for (const end of release) end();
    await second;
    await ahead.return(undefined);
  });

  it('fails when it is the turn of the failed item', async () => {
    const read = async (item: number) => {
      if (item === 2) throw new Error('lost');
      return item;
    };
    const got: number[] = [];
    const consume = async () => {
      for await (const item of readAhead(items, () => 1, read, LIMITS)) got.push(item);
    };
    await expect(consume()).rejects.toThrow('lost');
    expect(got).toEqual([0, 1]);
  });

  it('starts nothing more once its consumer stops', async () => {
    const server = new Server();
    for await (const item of readAhead(items, () => 1, server.read, LIMITS)) if (item === 3) break;
    await turn();
    expect(server.running).toBe(0);
  });
});
