import { type FailureDetails, LonghaulError } from '../errors.js';
import type { State } from './item.js';

/** The state of a download on its way to another tab. A channel copies no fields of an error, but those of a record. */
export type Told = Omit<State, 'failure'> & {
  failure: (FailureDetails & Pick<LonghaulError, 'code' | 'message'>) | null;
};

/** A message to the other tabs: the state of a download, or that the user signed out. */
export type TabMessage = Told | 'forget';

export function told({ record, status, own, connection, canRetryAt, failure }: State): Told {
  const copy = failure && Object.assign({}, failure, { message: failure.message });
  return { record, status, own, connection, canRetryAt, failure: copy };
}

export function heard({ failure, ...state }: Told): State {
  return { ...state, failure: failure && new LonghaulError(failure.code, failure.message, failure) };
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
 * then each tab is alone, and hears of a sign-out only.
 */
export function browserTabs(scope: string): Tabs {
  // A server has channels too, which would join the users of a process.
  const { document, BroadcastChannel, navigator } = globalThis as Partial<typeof globalThis>;
  const channel = document && BroadcastChannel && new BroadcastChannel(scope);
  const locks = channel && navigator?.locks;
  return {
    // The type of `request` wraps promises of promises.
    exclusive: async <T>(name: string, signal: AbortSignal, action: () => Promise<T>) =>
      (await (locks?.request(`${scope}:${name}`, { signal }, action) ?? action())) as T,
    post(message) {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has no target
      if (locks || message === 'forget') channel?.postMessage(message);
    },
    listen: (listener) => channel?.addEventListener('message', ({ data }) => listener(data as TabMessage)),
    close: () => channel?.close(),
  };
}
