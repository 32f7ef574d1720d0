import { describe, expect, it } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { UserSemaphore } from '../../../src/concurrency/user-semaphore.js';

describe('work in turns', () => {
  const here = new AbortController().signal;

  /** Work that goes on until it is told to end, and notes its name when it begins. */
  function works() {
    const begun: string[] = [];
    const ends = new Map<string, () => void>();
    const work = (name: string) => () => {
      begun.push(name);
      return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
    };
    return { begun, work, end: (name: string) => ends.get(name)!() };
  }

  it('is done for each user so much at once, and in the order in which it was asked for', async () => {
    const turns = new UserSemaphore(2, 10);
    const { begun, work, end } = works();
    const all = ['a', 'b', 'c', 'd'].map((name) => turns.take('ada', here, work(name)));
    const other = turns.take('grace', here, work('e'));
    await setImmediate();
    expect(begun).toEqual(['a', 'b', 'e']);
    end('b');
    await all[1];
    await setImmediate();
    expect(begun).toEqual(['a', 'b', 'e', 'c']);
    for (const name of ['a', 'c', 'e']) end(name);
    await setImmediate();
    end('d');
    expect(await Promise.all([...all, other])).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('is refused when too much waits', async () => {
    const turns = new UserSemaphore(1, 1);
    const { work, end } = works();
    const all = ['a', 'b'].map((name) => turns.take('ada', here, work(name)));
    await expect(turns.take('ada', here, work('c'))).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    end('a');
    await setImmediate();
    end('b');
    expect(await Promise.all(all)).toEqual(['a', 'b']);
    await expect(turns.take('ada', here, async () => 'd')).resolves.toBe('d');
  });

  it('is not done for who has gone, and keeps nobody when it fails', async () => {
    const turns = new UserSemaphore(1, 10);
    const { begun, work } = works();
    const client = new AbortController();
    const failing = turns.take('ada', here, async () => {
      await setImmediate();
      throw new Error('broken');
    });
    const left = turns.take('ada', client.signal, work('left'));
    const last = turns.take('ada', here, async () => 'last');
    client.abort();
    await expect(failing).rejects.toThrow('broken');
    await expect(left).rejects.toThrow('aborted');
    expect(await last).toBe('last');
    expect(begun).toEqual([]);
  });
});
