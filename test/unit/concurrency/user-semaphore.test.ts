import { describe, expect, it } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { UserSemaphore } from '../../../src/concurrency/user-semaphore.js';

describe('UserSemaphore', () => {
  const connected = new AbortController().signal;

  /** Creates work that records its start and runs until the test ends it. */
  function controlledWork() {
    const started: string[] = [];
    const ends = new Map<string, () => void>();
    const work = (name: string) => () => {
      started.push(name);
      return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
    };
    return { started, work, end: (name: string) => ends.get(name)!() };
  }

  it('limits concurrency per user and keeps the order', async () => {
    const semaphore = new UserSemaphore(2, 10);
    const { started, work, end } = controlledWork();
    const all = ['a', 'b', 'c', 'd'].map((name) => semaphore.take('ada', connected, work(name)));
    const other = semaphore.take('grace', connected, work('e'));
    await setImmediate();
    expect(started).toEqual(['a', 'b', 'e']);
    end('b');
    await all[1];
    await setImmediate();
    expect(started).toEqual(['a', 'b', 'e', 'c']);
    for (const name of ['a', 'c', 'e']) end(name);
    await setImmediate();
    end('d');
    expect(await Promise.all([...all, other])).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('rejects work when the queue is full', async () => {
    const semaphore = new UserSemaphore(1, 1);
    const { work, end } = controlledWork();
    const all = ['a', 'b'].map((name) => semaphore.take('ada', connected, work(name)));
    await expect(semaphore.take('ada', connected, work('c'))).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    end('a');
    await setImmediate();
    end('b');
    expect(await Promise.all(all)).toEqual(['a', 'b']);
    await expect(semaphore.take('ada', connected, async () => 'd')).resolves.toBe('d');
  });

  it('skips aborted work and frees failed slots', async () => {
    const semaphore = new UserSemaphore(1, 10);
    const { started, work } = controlledWork();
    const client = new AbortController();
    const failing = semaphore.take('ada', connected, async () => {
      await setImmediate();
      throw new Error('broken');
    });
    const aborted = semaphore.take('ada', client.signal, work('aborted'));
    const last = semaphore.take('ada', connected, async () => 'last');
    client.abort();
    await expect(failing).rejects.toThrow('broken');
    await expect(aborted).rejects.toThrow('aborted');
    expect(await last).toBe('last');
    expect(started).toEqual([]);
  });
});
