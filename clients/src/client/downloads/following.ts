import type { DownloadStatus } from '../api.js';
import type { LonghaulClient } from '../client.js';
import { asFailure, type LonghaulError } from '../errors.js';
import type { ConnectionState } from '../options.js';
import type { Item } from './item.js';
import type { Tabs } from './tabs.js';

const TICK_MS = 1_000;

/** A tab that hears nothing from the leader for this time asks the server itself. */
const UNHEARD_MS = 20_000;

/** Events of following, for the store. */
export interface FollowingEvents {
  /** This tab has read a status. */
  learned(item: Item, status: DownloadStatus): void;
  connected(item: Item, state: ConnectionState): void;
  /** The sign-in has ended, or the job is gone. */
  stopped(item: Item, failure: LonghaulError): void;
  /** Time has passed. */
  ticked(item: Item): void;
}

/**
 * Creates a function that follows a job, as the leader of all tabs or by what the leader tells. It resolves when the tab
 * has led, or was told of the end.
 * @param closed ends everything.
 */
export function createFollowing(
  client: Pick<LonghaulClient, 'watch' | 'status'>,
  tabs: Tabs,
  events: FollowingEvents,
  closed: AbortSignal,
): (item: Item) => Promise<void> {
  const followed = new Set<Item>();
  let ticker: ReturnType<typeof setInterval> | undefined;

  async function lead(item: Item, signal: AbortSignal): Promise<void> {
    // The last leader has told how it ended.
    if (item.isEnded) return;
    item.isLeader = true;
    const onConnection = (state: ConnectionState) => events.connected(item, state);
    for await (const status of client.watch(item.record.jobId!, { signal, onConnection })) {
      events.learned(item, status);
    }
  }

  /** Asks the server, because the leader is silent. */
  async function ask(item: Item): Promise<void> {
    const { signal } = item.following!;
    item.readAt = Date.now();
    try {
      const status = await client.status(item.record.jobId!, { signal });
      if (signal.aborted) return;
      item.apply(status);
      if (item.isEnded) item.following?.abort();
      events.ticked(item);
    } catch {
      // The next tick asks again.
    }
  }

  function tick(): void {
    if (followed.size === 0) ticker = clearInterval(ticker) as undefined;
    for (const item of followed) {
      events.ticked(item);
      if (!item.isLeader && Date.now() - item.readAt >= UNHEARD_MS) void ask(item);
    }
  }

  closed.addEventListener('abort', () => {
    clearInterval(ticker);
    for (const { following } of followed) following!.abort();
  });

  return async (item) => {
    if (closed.aborted || item.following || !item.isOpen) return;
    const { signal } = (item.following = new AbortController());
    followed.add(item);
    ticker ??= setInterval(tick, TICK_MS);
    try {
      await tabs.exclusive(`follow:${item.record.jobId}`, signal, () => lead(item, signal));
    } catch (error) {
      if (!signal.aborted) events.stopped(item, asFailure(error));
    }
    followed.delete(item);
    item.following = undefined;
    item.isLeader = false;
  };
}
