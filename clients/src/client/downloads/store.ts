import { LonghaulError } from '../errors.js';
import { onPageChange } from '../follow/page.js';
import { newRequestKey } from '../request-key.js';
import { createActions } from './actions.js';
import type { DownloadsClient } from './context.js';
import { fold, type News } from './fold.js';
import type { HandOver } from './hand-over.js';
import { createItem, isOpen, isOwn, type Item } from './item.js';
import { createNotifier, newestFirst } from './notifier.js';
import { createPursuit } from './pursuit.js';
import type { DownloadRecord, Records } from './records.js';
import { heard, type TabMessage, type Tabs, told } from './tabs.js';
import type { Downloads } from './types.js';

/** Jobs that are taken over from the server's list. */
const LISTED = 50;

/** The part of the browser that the store uses. */
export interface DownloadsPorts {
  records: Records;
  tabs: Tabs;
  handOver: HandOver;
}

/** Creates the store of `createDownloads`. @param autoSave saves an archive as soon as it is ready. */
export function createStore(
  client: DownloadsClient,
  autoSave: boolean,
  { records, tabs, handOver }: DownloadsPorts,
): Downloads {
  const items = new Map<string, Item>();
  const { subscribe, show, list } = createNotifier(items);
  const closing = new AbortController();
  const { signal } = closing;
  const context = { client, tabs, records, signal, tell, show };
  const pursue = createPursuit(context, goOn);
  const { saveFirst, ...actions } = createActions(context, handOver);

  tabs.listen(hear);
  onPageChange(goOn, signal);

  return {
    start(request) {
      signal.throwIfAborted();
      const id = request.clientRequestId ?? newRequestKey();
      const present = items.get(id)?.shown;
      if (present) return present;
      const item = add({
        id,
        request: { ...request, clientRequestId: id },
        name: `${request.archive?.name ?? 'download'}.${request.archive?.format ?? 'zip'}`,
        createdAt: new Date().toISOString(),
        saved: false,
      });
      tell(item);
      void pursue(item);
      return item.shown!;
    },
    get: (id) => find(id)?.shown,
    list,
    subscribe,
    async retry(id) {
      const item = known(id);
      await actions.retry(item);
      void pursue(item);
    },
    cancel: async (id) => actions.cancel(known(id)),
    save: async (id) => actions.save(known(id)),
    dismiss(id) {
      const item = find(id);
      if (item) tell(item, { record: { ...item.record, dismissed: true } });
    },
    async resume() {
      for (const record of records.all()) {
        const item = items.get(record.id) ?? add(record, !record.jobId);
        // The leader may have no news for long, so this tab asks at once.
        item.readAt = 0;
        show(item);
      }
      await Promise.all([...items.values()].map(takeUp));
      await takeUpListed();
      const newest = newestFirst(items).find(
        (item) => isOwn(item) && item.shown?.state === 'completed' && !item.record.saved,
      );
      if (newest) await autoSaved(newest);
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
    show();
    close(new LonghaulError('UNAUTHENTICATED', 'Sign in again.'));
  }

  /** Goes on with what stopped, for example after a sign-in in another tab. */
  function goOn(): void {
    for (const item of items.values()) void pursue(item);
  }

  /** Takes over what another tab has learned. */
  function hear(message: TabMessage): void {
    if (message === 'forget') {
      forget();
      return;
    }
    const news = heard(message);
    const item = items.get(news.record.id) ?? add(news.record);
    fold(item, news);
    settle(item);
  }

  function tell(item: Item, news: News = {}): void {
    if (signal.aborted || items.get(item.record.id) !== item) return;
    const { isAwaited } = item;
    fold(item, news);
    const { record, own, status } = item;
    // The next page does not repeat a refused start.
    if (own === 'refused') records.remove(record.id);
    else if (isOwn(item) || record.saved || record.dismissed) records.put(record);
    tabs.post(told(item));
    settle(item);
    if (isAwaited && isOwn(item) && status?.status === 'completed') void autoSaved(item);
  }

  /** Shows what has changed, and follows the job or ends that. A failure waits for the user, or for a sign-in. */
  function settle(item: Item): void {
    show(item);
    if (!item.record.jobId) return;
    if (!isOpen(item)) item.task?.abort();
    else if (!item.failure) void pursue(item);
  }

  async function autoSaved(item: Item): Promise<void> {
    // `failure` tells why not.
    if (autoSave) await saveFirst(item).catch(() => {});
  }

  /** Resolves with the first news. */
  async function takeUp(item: Item): Promise<void> {
    const ended = pursue(item);
    if (!item.own) return;
    const news = new Promise<void>((resolve) => {
      const stop = subscribe(() => {
        if (item.own) return;
        stop();
        resolve();
      }, item.record.id);
    });
    await Promise.race([ended, news]);
  }

  async function takeUpListed(): Promise<void> {
    try {
      const page = await client.list({ limit: LISTED }, { signal });
      for (const status of page.items) {
        const { jobId, createdAt } = status;
        if (find(jobId)) continue;
        const item = add({ id: jobId, jobId, name: '', createdAt, saved: false });
        fold(item, { status });
        settle(item);
      }
    } catch {
      // The downloads of this browser are there all the same.
    }
  }

  function add(record: DownloadRecord, isAwaited = true): Item {
    const item = createItem(record, isAwaited);
    items.set(record.id, item);
    return item;
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
}
