import type { Item } from './item.js';
import type { Download } from './types.js';

/** Tells listeners of visible changes, and of these alone. */
export interface Notifier {
  subscribe: (listener: () => void, id?: string) => () => void;
  /** Calls the listeners of a download and those of all, if the download looks different. Without one: all listeners. */
  notify: (item?: Item) => void;
}

export function createNotifier(): Notifier {
  const listeners = new Map<() => void, string | undefined>();
  const shown = new WeakMap<Item, Download | undefined>();
  return {
    subscribe(listener, id) {
      // A listener may be given twice, for two downloads.
      const own = () => listener();
      listeners.set(own, id);
      return () => void listeners.delete(own);
    },
    notify(item) {
      if (item) {
        const download = item.snapshot();
        if (shown.get(item) === download) return;
        shown.set(item, download);
      }
      for (const [listener, id] of listeners) {
        if (!item || id === undefined || id === item.id || id === item.record.jobId) listener();
      }
    },
  };
}
