import { describe, expect, it } from '@jest/globals';
import type { DownloadStatus } from 'longhaul/client';
import { createStatusQueue } from '../../../../../clients/src/client/follow/status-queue.js';

const aStatus = (status: string, progress: number) => ({ status, progress }) as DownloadStatus;

describe('StatusQueue', () => {
  it('replaces an unread status by a newer one', async () => {
    const queue = createStatusQueue();
    for (const progress of [1, 2, 3]) queue.put(aStatus('running', progress));
    expect(await queue.read().next()).toEqual({ done: false, value: aStatus('running', 3) });
  });

  it('keeps one status of each state', async () => {
    const queue = createStatusQueue();
    queue.put(aStatus('queued', 0));
    queue.put(aStatus('running', 1));
    queue.put(aStatus('running', 2));
    queue.put(aStatus('completed', 100));
    queue.end();
    const seen: number[] = [];
    for await (const { progress } of queue.read()) seen.push(progress);
    expect(seen).toEqual([0, 2, 100]);
  });

  it('throws once, after the last status', async () => {
    const queue = createStatusQueue();
    queue.put(aStatus('running', 1));
    queue.end({ reason: new Error('gone') });
    queue.end();
    const read = queue.read();
    expect((await read.next()).value?.progress).toBe(1);
    await expect(read.next()).rejects.toThrow('gone');
    expect(await read.next()).toEqual({ done: true, value: undefined });
  });

  it('ends readers that wait', async () => {
    const queue = createStatusQueue();
    const read = queue.read();
    const waiting = [read.next(), read.next()];
    queue.end();
    expect((await Promise.all(waiting)).every(({ done }) => done)).toBe(true);
  });

  it('drops what was not taken', async () => {
    const queue = createStatusQueue();
    queue.put(aStatus('running', 1));
    queue.drop();
    expect((await queue.read().next()).done).toBe(true);
  });
});
