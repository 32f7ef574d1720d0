import type { DownloadRequest, DownloadStatus } from '../api.js';
import type { LonghaulClient } from '../client.js';
import { asFailure, LonghaulError } from '../errors.js';
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
  const following = createFollowing(client, tabs, {
    learned: learn,
    connected: connect,
    ticked: notify,
    stopped(item, failure) {
      item.failure = failure;
      if (failure.status === 404) item.own = 'gone';
      else item.connection = 'signed-out';
      // The next tab takes over and learns the same. Tabs that told each other would start each other without end.
      notify(item);
    },
  });
  let shown: readonly Download[] = [];

  tabs.listen(hear);

  return {
    start(request) {
      const id = request.clientRequestId ?? newRequestKey();
      const present = items.get(id);
      if (present) return present.snapshot();
      const item = add({
        id,
        request: { ...request, clientRequestId: id },
        name: requestedName(request),
        createdAt: new Date().toISOString(),
        saved: false,
      });
      changed(item);
      void run(item);
      return item.snapshot();
    },
    get: (id) => find(id)?.snapshot(),
    list() {
      const next = newestFirst().map((item) => item.snapshot());
      const same = next.length === shown.length && next.every((download, i) => download === shown[i]);
      if (!same) shown = next;
      return shown;
    },
    subscribe,
    async retry(id) {
      const item = known(id);
      const { request, jobId } = item.record;
      if (!request && jobId) await client.retry(jobId).catch(ignoreRunning);
      item.reset();
      changed(item);
      await run(item, false);
    },
    async cancel(id) {
      const item = known(id);
      learn(item, await client.cancel(jobIdOf(item)));
    },
    async save(id) {
      const item = known(id);
      await oneAtATime(item, () => save(item));
    },
    dismiss(id) {
      const item = find(id);
      if (!item) return;
      item.record = { ...item.record, dismissed: true };
      changed(item);
      remove(item);
    },
    async resume() {
      for (const record of records.all()) if (!record.dismissed) takeUp(record);
      await Promise.all([...items.values()].map((item) => run(item)));
      await takeUpListed();
      const newest = newestFirst().find(
        ({ isOwn, state, record }) => isOwn && state === 'completed' && !record.saved,
      );
      if (newest && autoSave) await saveOnce(newest);
    },
    close,
    forget() {
      close();
      records.clear();
      items.clear();
      notify();
    },
  };

  function close(): void {
    following.close();
    tabs.close();
  }

  /** Starts what is not accepted yet, and follows what is. Resolves with the first news. */
  async function run(item: Item, untilNews = true): Promise<void> {
    const { request } = item.record;
    if (request && !item.record.jobId) await start(item, request);
    if (!item.record.jobId || item.own === 'gone') return;
    const ended = following.follow(item);
    if (untilNews && item.own) await Promise.race([ended, news(item)]);
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

  async function start(item: Item, request: DownloadRequest): Promise<void> {
    try {
      const { jobId, expiresAt } = await client.start(request, {
        onRetry: () => connect(item, 'reconnecting'),
      });
      const { request: _, ...record } = item.record;
      item.record = { ...record, jobId, expiresAt };
      changed(item);
    } catch (error) {
      item.refuse(asFailure(error));
      // The next page repeats the start only if the server was away.
      if (item.failure?.passing) changed(item);
      else {
        records.remove(item.id);
        notify(item);
      }
    }
  }

  /** Takes over a status that this tab has read, and tells the others. */
  function learn(item: Item, status: DownloadStatus): void {
    const wasAwaited = item.isOwn && item.isAwaited;
    item.apply(status);
    changed(item);
    if (wasAwaited && autoSave && status.status === 'completed') void saveOnce(item);
  }

  function connect(item: Item, state: Download['connection']): void {
    item.connection = state;
    changed(item);
  }

  /** Takes over what another tab has learned. */
  function hear({ record, status, connection }: TabMessage): void {
    const item = items.get(record.id) ?? (record.dismissed ? undefined : add(record));
    if (!item) return;
    if (record.dismissed) {
      remove(item);
      return;
    }
    item.record = record;
    item.connection = connection;
    if (status) item.apply(status);
    if (item.isEnded) item.following?.abort();
    notify(item);
    if (!record.request) void following.follow(item);
  }

  /** One save, whatever the number of tabs. */
  function saveOnce(item: Item): Promise<void> {
    return oneAtATime(item, async () => {
      if (records.get(item.id)?.saved) item.record = { ...item.record, saved: true };
      if (!item.record.saved) await save(item);
    }).catch(() => {
      // `failure` tells why.
    });
  }

  function oneAtATime(item: Item, action: () => Promise<void>): Promise<void> {
    return tabs.exclusive(`save:${item.id}`, new AbortController().signal, action);
  }

  async function save(item: Item): Promise<void> {
    const jobId = jobIdOf(item);
    try {
      await handOver(await client.downloadUrl(jobId));
      item.failure = null;
      item.record = { ...item.record, saved: true };
    } catch (error) {
      item.failure = await reasonOf(item, asFailure(error));
      throw item.failure;
    } finally {
      changed(item);
    }
  }

  /** Why no transfer began: the archive may have expired meanwhile. */
  async function reasonOf(item: Item, failure: LonghaulError): Promise<LonghaulError> {
    const job = failure.job ?? (await client.status(jobIdOf(item)).catch(() => undefined));
    if (!job) return failure;
    item.apply(job);
    return job.status === 'completed' ? failure : new LonghaulError('JOB_EXPIRED', job.message, { job });
  }

  async function takeUpListed(): Promise<void> {
    try {
      const page = await client.list({ limit: LISTED });
      const remembered = new Set(records.all().map(({ jobId }) => jobId));
      for (const status of page.items) {
        const { jobId, createdAt } = status;
        if (find(jobId) || remembered.has(jobId)) continue;
        const item = add({ id: jobId, jobId, name: '', createdAt, saved: false });
        item.apply(status);
        notify(item);
        void following.follow(item);
      }
    } catch {
      // The downloads of this browser are there all the same.
    }
  }

  function takeUp(record: DownloadRecord): void {
    const item = items.get(record.id) ?? add(record, record.jobId === undefined);
    if (item.connection === 'signed-out') item.connection = 'polling';
    if (item.own === 'refused') item.own = 'starting';
    item.failure = null;
    // The leader may have no news for long, so this tab asks at once.
    item.newsAt = 0;
    notify(item);
  }

  function add(record: DownloadRecord, isAwaited = true): Item {
    const item = new Item(record, isAwaited);
    items.set(record.id, item);
    return item;
  }

  function remove(item: Item): void {
    item.following?.abort();
    items.delete(item.id);
    notify();
  }

  function newestFirst(): Item[] {
    return [...items.values()].toSorted((a, b) => b.record.createdAt.localeCompare(a.record.createdAt));
  }

  function find(id: string): Item | undefined {
    return items.get(id) ?? [...items.values()].find(({ record }) => record.jobId === id);
  }

  function known(id: string): Item {
    const item = find(id);
    if (!item) throw new LonghaulError('JOB_NOT_FOUND', 'This browser has no such download.');
    return item;
  }

  /** Remembers a changed download, and tells listeners and other tabs. */
  function changed(item: Item): void {
    const { record, status, connection } = item;
    if (item.isOwn || record.saved || record.dismissed) records.put(record);
    tabs.post({ record, status, connection });
    notify(item);
  }
}

function jobIdOf({ record }: Item): string {
  if (!record.jobId) throw new LonghaulError('JOB_NOT_READY', 'The download is not accepted yet.');
  return record.jobId;
}

/** Another tab, or a request whose answer was lost, has started it again. */
function ignoreRunning(error: unknown): void {
  if (asFailure(error).code !== 'JOB_NOT_RETRYABLE') throw error;
}
