import type { News } from './item.js';

/** A message to the other tabs: the new state of a download, or that the user signed out. */
export type TabMessage = News | 'forget';

/** The other tabs of this browser. */
export interface Tabs {
  /** Runs an action while no other tab runs one of this name; waits for its turn. The signal ends the wait. */
  exclusive<T>(name: string, signal: AbortSignal, action: () => Promise<T>): Promise<T>;
  post(message: TabMessage): void;
  listen(listener: (message: TabMessage) => void): void;
  close(): void;
}

/**
 * Tabs that elect a leader with Web Locks and talk over a BroadcastChannel. Without a secure context there are no locks:
 * then each tab is alone, and hears of a sign-out only.
 */
export function browserTabs(scope: string): Tabs {
  // A server has channels too, which would join the users of a process.
  const { document, BroadcastChannel, navigator } = globalThis as Partial<typeof globalThis>;
  if (!document || !BroadcastChannel) return LONE_TAB;
  const locks = navigator?.locks;
  const channel = new BroadcastChannel(scope);
  return {
    // The type of `request` wraps promises of promises.
    exclusive: async <T>(name: string, signal: AbortSignal, action: () => Promise<T>) =>
      (await (locks ? locks.request(`${scope}:${name}`, { signal }, action) : action())) as T,
    post(message) {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has no target
      if (locks || message === 'forget') channel.postMessage(message);
    },
    listen: (listener) => channel.addEventListener('message', ({ data }) => listener(data as TabMessage)),
    close: () => channel.close(),
  };
}

const LONE_TAB: Tabs = {
  exclusive: (_name, _signal, action) => action(),
  post() {},
  listen() {},
  close() {},
};
