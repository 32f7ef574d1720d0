import { describe, expect, it } from '@jest/globals';
import type { DownloadStatus } from 'longhaul/client';
import { createStatusQueue } from '../../../../../clients/src/client/follow/status-queue.js';

const aStatus = (status: string, progress: number) => ({ status, progress }) as DownloadStatus;

describe('StatusQueue', () => {
  it('replaces an unread status by a newer one', async () => {
    const queue = createStatusQueue();
    for (const progress of [1, 2, 3]) queue.put(aStatus('running', progress));
    expect(await queue.next()).toEqual({ done: false, value: aStatus('running', 3) });
  });

  it('keeps one status of each state', async () => {
    const queue = createStatusQueue();
    queue.put(aStatus('queued', 0));
    queue.put(aStatus('running', 1));
    queue.put(aStatus('running', 2));
    queue.put(aStatus('completed', 100));
    queue.end();
    const seen = [await queue.next(), await queue.next(), await queue.next(), await queue.next()];
    expect(seen.map(({ value }) => value?.progress)).toEqual([0, 2, 100, undefined]);
  });

  it('throws once, after the last status', async () => {
    const queue = createStatusQueue();
    queue.put(aStatus('running', 1));
    queue.end({ reason: new Error('gone') });
    expect((await queue.next()).value?.progress).toBe(1);
    await expect(queue.next()).rejects.toThrow('gone');
    expect(await queue.next()).toEqual({ done: true, value: undefined });
  });

  it('ends readers that wait', async () => {
    const queue = createStatusQueue();
    const waiting = [queue.next(), queue.next()];
    queue.end();
    expect((await Promise.all(waiting)).every(({ done }) => done)).toBe(true);
  });
});
