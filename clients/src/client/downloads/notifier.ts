import { visible } from '../follow/changes.js';
import type { Item } from './item.js';
import type { Download } from './types.js';
import { viewOf } from './view.js';

/** Shows downloads to listeners: visible changes, and these alone. */
export interface Notifier {
  subscribe: (listener: () => void, id?: string) => () => void;
  /** Calls the listeners of a download and those of all, if it looks different. Without one: all listeners. */
  show: (item?: Item) => void;
  /** Lists the downloads as listeners know them, newest first. */
  list: () => readonly Download[];
}

export function createNotifier(items: Map<string, Item>): Notifier {
  const listeners = new Map<() => void, string | undefined>();
  let listed: readonly Download[] | undefined;
  return {
    subscribe(listener, id) {
      // A listener may be given twice, for two downloads.
      const own = () => listener();
      listeners.set(own, id);
      return () => void listeners.delete(own);
    },
    show(item) {
      if (item) {
        const view = viewOf(item);
        const text = visible(view);
        if (item.shownText === text) return;
        item.shownText = text;
        item.shown = view;
      }
      listed = undefined;
      for (const [listener, id] of listeners) {
        if (!item || !id || id === item.record.id || id === item.record.jobId) listener();
      }
    },
    list: () =>
      (listed ??= [...items.values()]
        .toSorted((a, b) => b.record.createdAt.localeCompare(a.record.createdAt))
        .flatMap(({ shown }) => shown ?? [])),
  };
}
