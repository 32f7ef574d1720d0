import type { DownloadStatus } from '../api.js';
import type { LonghaulClient } from '../client.js';
import { asFailure, LonghaulError } from '../errors.js';
import { isOffline, onPageChange } from '../follow/page.js';
import { newRequestKey } from '../request-key.js';
import { createFollowing } from './following.js';
import type { HandOver } from './hand-over.js';
import { Item, requestedName } from './item.js';
import { createNotifier } from './notifier.js';
import { createRecords, type DownloadRecord } from './records.js';
import type { TabMessage, Tabs } from './tabs.js';
import type { Download, Downloads, DownloadsOptions, KeyValueStore } from './types.js';

/** Jobs that are taken over from the server's list. */
const LISTED = 50;

/** The part of the client that the store uses. */
export type DownloadsClient = Pick<
  LonghaulClient,
  'baseUrl' | 'start' | 'status' | 'watch' | 'cancel' | 'retry' | 'list' | 'downloadUrl'
>;

/** The part of the browser that the store uses. */
export interface DownloadsPorts {
  storage: KeyValueStore | null;
  tabs: Tabs;
  handOver: HandOver;
}

/** Creates the store of `createDownloads`. A closure, because names of its parts then cost a page nothing. */
export function createStore(
  client: DownloadsClient,
  { user = '', autoSave = true }: DownloadsOptions,
  { storage, tabs, handOver }: DownloadsPorts,
): Downloads {
  const items = new Map<string, Item>();
  const records = createRecords(storage, `longhaul:${client.baseUrl.href}:${user}`);
  const { subscribe, notify } = createNotifier();
  const closing = new AbortController();
  const { signal } = closing;
  const call = { signal };
  const follow = createFollowing(
    client,
    tabs,
    {
      learned: learn,
      connected: connect,
      ticked: notify,
      stopped(item, failure) {
        item.failure = failure;
        if (failure.code === 'JOB_NOT_FOUND') item.own = 'gone';
        else item.connection = failure.code === 'BAD_ANSWER' ? 'reconnecting' : 'signed-out';
        // The next tab takes over and learns the same. Tabs that told each other would start each other without end.
        notify(item);
      },
    },
    signal,
  );
  let shown: readonly Download[] = [];

  tabs.listen(hear);
  onPageChange(goOn, signal);

  return {
    start(request) {
      signal.throwIfAborted();
      const id = request.clientRequestId ?? newRequestKey();
      const present = items.get(id)?.snapshot();
      if (present) return present;
      const item = add({
        id,
        request: { ...request, clientRequestId: id },
        name: requestedName(request),
        createdAt: new Date().toISOString(),
        saved: false,
      });
      changed(item);
      void run(item);
      return item.snapshot()!;
    },
    get: (id) => find(id)?.snapshot(),
    list() {
      const next = newestFirst().flatMap((item) => item.snapshot() ?? []);
      const same = next.length === shown.length && next.every((download, i) => download === shown[i]);
      if (!same) shown = next;
      return shown;
    },
    subscribe,
    retry: async (id) =>
      act(known(id), 'retry', async (item) => {
        // A job that runs was started again by another tab, or by a request whose answer was lost.
        if (item.record.jobId) await client.retry(item.record.jobId, call).catch(jobOf);
        item.reset();
        changed(item);
        await run(item, false);
      }),
    cancel: async (id) =>
      act(known(id), 'cancel', async (item) => {
        learn(item, await client.cancel(jobIdOf(item), call).catch(jobOf));
      }),
    async save(id) {
      const item = known(id);
      await save(item, item.record.saved);
    },
    dismiss(id) {
      const item = find(id);
      if (!item) return;
      item.record = { ...item.record, dismissed: true };
      item.following?.abort();
      changed(item);
    },
    async resume() {
      for (const record of records.all()) takeUp(record);
      await Promise.all([...items.values()].map((item) => run(item)));
      await takeUpListed();
      const newest = newestFirst().find(
        ({ isOwn, status, record }) =>
          isOwn && status?.status === 'completed' && !record.saved && !record.dismissed,
      );
      if (newest) await saveFirst(newest);
    },
    close: () => close(),
    forget() {
      if (!signal.aborted) tabs.post('forget');
      forget();
    },
  };

  function close(reason?: LonghaulError): void {
    closing.abort(reason);
    tabs.close();
  }

  /** Ends this store for good: a store that went on would hear of the user again, and remember. */
  function forget(): void {
    records.clear();
    items.clear();
    notify();
    close(new LonghaulError('UNAUTHENTICATED', 'Sign in again.'));
  }

  /** Starts what is not accepted yet, and follows what is. Resolves with the first news. */
  async function run(item: Item, untilNews = true): Promise<void> {
    if (item.mustStart) await start(item);
    if (!isPresent(item)) return;
    const ended = follow(item);
    if (untilNews && item.own && item.isOpen) await Promise.race([ended, news(item)]);
  }

  /** Goes on with what stopped, for example after a sign-in in another tab. */
  function goOn(): void {
    for (const item of items.values()) void run(item, false);
  }

  function news(item: Item): Promise<void> {
    return new Promise((resolve) => {
      const stop = subscribe(() => {
        if (item.own) return;
        stop();
        resolve();
      }, item.id);
    });
  }

  async function start(item: Item): Promise<void> {
    if (item.isStarting) return;
    item.isStarting = true;
    const onRetry = (_: Error, delayMs: number) => {
      item.canRetryAt = Date.now() + delayMs;
      connect(item, isOffline() ? 'offline' : 'reconnecting');
    };
    try {
      const { jobId, expiresAt } = await client.start(item.record.request!, { signal, onRetry });
      item.accept(jobId, expiresAt);
      goOn();
    } catch (error) {
      item.refuse(asFailure(error));
    }
    item.isStarting = false;
    changed(item);
  }

  /** Takes over a status that this tab has read, and tells the others. */
  function learn(item: Item, status: DownloadStatus): void {
    const wasAwaited = item.isOwn && item.isAwaited;
    item.apply(status);
    changed(item);
    if (wasAwaited && status.status === 'completed') void saveFirst(item);
  }

  function connect(item: Item, state: Download['connection']): void {
    item.connect(state);
    changed(item);
  }

  /** Takes over what another tab has learned. */
  function hear(message: TabMessage): void {
    if (message === 'forget') {
      forget();
      return;
    }
    const { record } = message;
    const item = items.get(record.id) ?? add(record);
    item.hear(message);
    notify(item);
    if (item.isOpen) void follow(item);
    else item.following?.abort();
  }

  /** Does what the user wants: shows it meanwhile, and keeps why it failed. */
  async function act(
    item: Item,
    action: NonNullable<Download['pending']>,
    work: (item: Item) => Promise<void>,
  ): Promise<void> {
    item.pending = action;
    item.failure = null;
    notify(item);
    try {
      await work(item);
    } catch (error) {
      item.fail(asFailure(error));
      throw error;
    } finally {
      item.pending = null;
      changed(item);
    }
  }

  /** Saves by itself what was not saved yet. */
  async function saveFirst(item: Item): Promise<void> {
    // `failure` tells why not.
    if (autoSave && isPresent(item)) await save(item, false).catch(() => {});
  }

  /** One save at a time, whatever the number of tabs. @param again also if it was saved before. */
  function save(item: Item, again: boolean): Promise<void> {
    return act(item, 'save', () =>
      tabs.exclusive(`save:${item.id}`, signal, async () => {
        if (again || !(item.record.saved || records.get(item.id)?.saved)) await handOut(item);
        item.record = { ...item.record, saved: true };
        changed(item);
      }),
    );
  }

  async function handOut(item: Item): Promise<void> {
    const jobId = jobIdOf(item);
    try {
      await handOver(await client.downloadUrl(jobId, call));
    } catch (error) {
      // The archive may have expired meanwhile.
      const job = asFailure(error).job ?? (await client.status(jobId, call).catch(() => undefined));
      if (job) item.apply(job);
      throw job?.status === 'expired' ? new LonghaulError('JOB_EXPIRED', job.message, { job }) : error;
    }
  }

  async function takeUpListed(): Promise<void> {
    try {
      const page = await client.list({ limit: LISTED }, call);
      for (const status of page.items) {
        const { jobId, createdAt } = status;
        if (find(jobId)) continue;
        const item = add({ id: jobId, jobId, name: '', createdAt, saved: false });
        item.apply(status);
        notify(item);
        void follow(item);
      }
    } catch {
      // The downloads of this browser are there all the same.
    }
  }

  function takeUp(record: DownloadRecord): void {
    const item = items.get(record.id) ?? add(record, record.jobId === undefined);
    // The leader may have no news for long, so this tab asks at once.
    item.readAt = 0;
    notify(item);
  }

  function add(record: DownloadRecord, isAwaited = true): Item {
    const item = new Item(record, isAwaited);
    items.set(record.id, item);
    return item;
  }

  /** False once the store is closed, or has forgotten the download: nothing comes of it any more. */
  function isPresent(item: Item): boolean {
    return !signal.aborted && items.get(item.id) === item;
  }

  function newestFirst(): Item[] {
    return [...items.values()].toSorted((a, b) => b.record.createdAt.localeCompare(a.record.createdAt));
  }

  function find(id: string): Item | undefined {
    return items.get(id) ?? [...items.values()].find(({ record }) => record.jobId === id);
  }

  function known(id: string): Item {
    signal.throwIfAborted();
    const item = find(id);
    if (!item) throw new LonghaulError('JOB_NOT_FOUND', 'This browser has no such download.');
    return item;
  }

  /** Remembers a changed download, and tells listeners and other tabs. */
  function changed(item: Item): void {
    if (!isPresent(item)) return;
    const { record } = item;
    // The next page does not repeat a refused start.
    if (item.own === 'refused') records.remove(item.id);
    else if (item.isOwn || record.saved || record.dismissed) records.put(record);
    tabs.post(item.news());
    notify(item);
  }
}

function jobIdOf({ record }: Item): string {
  if (!record.jobId) throw new LonghaulError('JOB_NOT_READY', 'The download is not accepted yet.');
  return record.jobId;
}

/** Returns the job of an answer that refuses because the job has changed meanwhile. */
function jobOf(error: unknown): DownloadStatus {
  const { job } = asFailure(error);
  if (!job) throw error;
  return job;
}
