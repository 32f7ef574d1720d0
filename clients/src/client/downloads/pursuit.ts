import type { DownloadStatus } from '../api.js';
import { asFailure, type LonghaulError } from '../errors.js';
import { isOffline } from '../follow/page.js';
import type { ConnectionState } from '../options.js';
import type { News } from './fold.js';
import { isOpen, type Item, mustStart, restart } from './item.js';
import type { StoreContext } from './context.js';

const TICK_MS = 1_000;

/** A tab that hears nothing from the leader for this time asks the server itself. */
const UNHEARD_MS = 20_000;

/**
 * Creates a function that pursues a download: starts it unless it is accepted, and follows it, as the leader of all tabs
 * or by what the leader tells. It resolves when the tab has led, or was told of the end.
 * @param goOn called after an accepted start: this browser is signed in.
 */
export function createPursuit(
  { client, tabs, signal, tell, show }: StoreContext,
  goOn: () => void,
): (item: Item) => Promise<void> {
  const pursued = new Set<Item>();
  let ticker: ReturnType<typeof setInterval> | undefined;

  async function start(item: Item): Promise<void> {
    const onRetry = (_: Error, delayMs: number) =>
      tell(item, {
        canRetryAt: Date.now() + delayMs,
        connection: isOffline() ? 'offline' : 'reconnecting',
      });
    const { jobId, expiresAt } = await client.start(item.record.request!, { signal, onRetry });
    // Given up meanwhile. If the job goes on all the same, so does its download.
    let status: DownloadStatus | undefined;
    if (isGivenUp(item)) {
      status = await client.cancel(jobId, { signal }).catch(() => undefined);
      // Wanted again during the cancellation.
      if (status && !isGivenUp(item)) status = void (await client.retry(jobId, { signal }));
    }
    restart(item, { request: undefined, jobId, expiresAt });
    tell(item, { status });
    goOn();
  }

  async function lead(item: Item, stop: AbortSignal): Promise<void> {
    // The last leader has told how it ended.
    if (!isOpen(item)) return;
    item.isLeader = true;
    const onConnection = (connection: ConnectionState) => tell(item, { connection });
    for await (const status of client.watch(item.record.jobId!, { signal: stop, onConnection })) {
      tell(item, { status });
    }
  }

  /** Asks the server, because the leader is silent. */
  async function ask(item: Item): Promise<void> {
    item.readAt = Date.now();
    try {
      tell(item, { status: await client.status(item.record.jobId!, { signal: item.task!.signal }) });
    } catch {
      // The next tick asks again.
    }
  }

  function tick(): void {
    if (pursued.size === 0) ticker = clearInterval(ticker) as undefined;
    for (const item of pursued) {
      show(item);
      const isUnheard = !item.isLeader && Date.now() - item.readAt >= UNHEARD_MS;
      if (isUnheard && isOpen(item)) void ask(item);
    }
  }

  signal.addEventListener('abort', () => {
    clearInterval(ticker);
    for (const { task } of pursued) task!.abort();
  });

  return async (item) => {
    if (signal.aborted || item.task || !(mustStart(item) || isOpen(item))) return;
    const { signal: stop } = (item.task = new AbortController());
    pursued.add(item);
    ticker ??= setInterval(tick, TICK_MS);
    try {
      if (mustStart(item)) await start(item);
      await tabs.exclusive(`follow:${item.record.jobId}`, stop, () => lead(item, stop));
    } catch (error) {
      if (!stop.aborted && !isGivenUp(item)) tell(item, endOf(item, asFailure(error)));
    }
    pursued.delete(item);
    item.task = undefined;
    item.isLeader = false;
  };
}

/** True if the user has cancelled it before its start was accepted. */
function isGivenUp({ own }: Item): boolean {
  return own === 'cancelled';
}

/** The start was refused, the job is gone, or the sign-in has ended. */
function endOf({ record }: Item, failure: LonghaulError): News {
  const gone = failure.code === 'JOB_NOT_FOUND' ? 'gone' : undefined;
  return { own: record.jobId ? gone : 'refused', failure, connection: 'polling' };
}
