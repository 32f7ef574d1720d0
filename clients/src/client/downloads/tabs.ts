import type { DownloadStatus } from '../api.js';
import type { Download } from './types.js';
import type { DownloadRecord } from './records.js';

/** A message to the other tabs: the new state of a download. */
export interface TabMessage {
  record: DownloadRecord;
  status?: DownloadStatus | undefined;
  connection: Download['connection'];
}

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
 * then each tab is alone.
 */
export function browserTabs(scope: string): Tabs {
  const { locks } = (globalThis as { navigator?: Navigator }).navigator ?? {};
  if (!locks) return LONE_TAB;
  const channel = new BroadcastChannel(scope);
  return {
    // The type of `request` wraps promises of promises.
    exclusive: async <T>(name: string, signal: AbortSignal, action: () => Promise<T>) =>
      (await locks.request(`${scope}:${name}`, { signal }, action)) as T,
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has no target
    post: (message) => channel.postMessage(message),
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
