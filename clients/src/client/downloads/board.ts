import { fold, type News } from './fold.js';
import { createItem, isOwn, type Item } from './item.js';
import { createNotifier, type Notifier } from './notifier.js';
import type { DownloadRecord, Records } from './records.js';
import { heard, type Tabs, told, type Told } from './tabs.js';

/** All downloads of a store, and what becomes of news. */
export interface Board extends Notifier {
  items: Map<string, Item>;
  /** @param isAwaited as in `Item`. */
  add: (record: DownloadRecord, isAwaited?: boolean) => Item;
  /** @param id of a record or a job. */
  find: (id: string) => Item | undefined;
  /** The download of a job. Adds it if there is none; its first status completes it. */
  job: (jobId: string) => Item;
  /** Takes over what this tab has learned, remembers it, and tells listeners and other tabs. */
  tell: (item: Item, news?: News) => void;
  /** Takes over what another tab has learned. */
  hear: (message: Told) => void;
}

/**
 * @param signal aborts when the store is closed: then nothing is taken over.
 * @param changed called after all news. `isReady`: an archive that this browser waits for is complete.
 */
export function createBoard(
  records: Records,
  tabs: Tabs,
  signal: AbortSignal,
  changed: (item: Item, isReady?: boolean) => void,
): Board {
  const items = new Map<string, Item>();
  const notifier = createNotifier(items);
  const { show } = notifier;

  function add(record: DownloadRecord, isAwaited = true): Item {
    const item = createItem(record, isAwaited);
    items.set(record.id, item);
    return item;
  }

  const find = (id: string) => items.get(id) ?? [...items.values()].find(({ record }) => record.jobId === id);

  return {
    ...notifier,
    items,
    add,
    find,
    job: (id) => find(id) ?? add({ id, jobId: id, name: '', createdAt: '', saved: false }),
    tell(item, news = {}) {
      // A dismissed download may have been started again as another item.
      if (signal.aborted || items.get(item.record.id) !== item) return;
      const { isAwaited } = item;
      fold(item, news);
      const { record, own, status } = item;
      // The next page does not repeat a start that was refused or given up.
      if (!record.jobId && own !== 'starting') records.remove(record.id);
      else if (isOwn(item) || record.saved || record.dismissed) records.put(record);
      tabs.post(told(item));
      show(item);
      changed(item, isAwaited && isOwn(item) && status?.status === 'completed');
    },
    hear(message) {
      const news = heard(message);
      const item = items.get(news.record.id) ?? add(news.record);
      fold(item, news);
      show(item);
      // The tab of the user starts it.
      if (item.record.jobId) changed(item);
    },
  };
}
