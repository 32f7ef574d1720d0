import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import type { Downloads } from '../../../../clients/src/client/index.js';
import { createLazyDownloads } from '../../../../clients/src/react/store/lazy-downloads.js';

/** Stores that record their calls. */
function stores() {
  const made: { close: jest.Mock; listeners: Set<() => void> }[] = [];
  const create = () => {
    const listeners = new Set<() => void>();
    const close = jest.fn();
    const store = {
      start: (request: { clientRequestId: string }) => ({ id: request.clientRequestId }),
      list: () => [],
      subscribe: (listener: () => void) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      resume: jest.fn(async () => {}),
      close,
    } as unknown as Downloads;
    made.push({ close, listeners });
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
});
