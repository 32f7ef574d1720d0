import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import type { Downloads } from '../../../../clients/src/client/index.js';
import { createLazyDownloads } from '../../../../clients/src/react/store/lazy-downloads.js';

/** Stores that record their calls. */
function stores() {
  const made: { close: jest.Mock; listeners: Set<() => void>; isClosed: boolean }[] = [];
  const create = () => {
    const listeners = new Set<() => void>();
    const close = jest.fn();
    const own = { close, listeners, isClosed: false };
    const store = {
      isClosed: () => own.isClosed,
      start: (request: { clientRequestId: string }) => ({ id: request.clientRequestId }),
      list: () => [],
      subscribe: (listener: () => void) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      resume: jest.fn(async () => {}),
      close,
    } as unknown as Downloads;
    made.push(own);
    return store;
  };
  return { made, create };
}

const closed = async () => {
  await new Promise((resolve) => setTimeout(resolve));
  await turn();
};

describe('LazyDownloads', () => {
  it('makes no store before a page opens it', () => {
    const { made, create } = stores();
    const lazy = createLazyDownloads(create);
    expect([lazy.list(), lazy.get('key'), made]).toEqual([[], undefined, []]);
  });

  it('survives the double mount of StrictMode', async () => {
    const { made, create } = stores();
    const lazy = createLazyDownloads(create);
    lazy.open();
    lazy.close();
    lazy.open();
    await closed();
    expect(made).toHaveLength(1);
    expect(made[0]!.close).not.toHaveBeenCalled();
  });

  it('makes another store after a close, with the listeners', async () => {
    const { made, create } = stores();
    const lazy = createLazyDownloads(create);
    const stop = lazy.subscribe(() => {});
    lazy.open();
    lazy.close();
    await closed();
    expect(made[0]!.close).toHaveBeenCalledTimes(1);
    lazy.open();
    expect(made[1]!.listeners.size).toBe(1);
    stop();
    expect(made[1]!.listeners.size).toBe(0);
  });

  it('makes another store after a sign-out in any tab', () => {
    const { made, create } = stores();
    const lazy = createLazyDownloads(create);
    const stop = lazy.subscribe(() => {});
    lazy.open();
    made[0]!.isClosed = true;
    lazy.start({ fileIds: [1], clientRequestId: 'key' });
    expect(made.map(({ listeners }) => listeners.size)).toEqual([1, 1]);
    lazy.start({ fileIds: [2], clientRequestId: 'other' });
    expect(made).toHaveLength(2);
    stop();
    expect(made[1]!.listeners.size).toBe(0);
  });
});
