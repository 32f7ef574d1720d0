import type { Download, Downloads } from '../../client/index.js';

/** A store that is made when a page needs it, and survives the double mount of React's StrictMode. */
export interface LazyDownloads extends Omit<Downloads, 'isClosed'> {
  /** Opens the store, and takes up earlier downloads. */
  open(): void;
}

interface Listening {
  listener: () => void;
  id: string | undefined;
  stop?: () => void;
}

const NONE: readonly Download[] = [];

/**
 * Delays `create` until the page opens the store: rendering on a server then has no effects. `close` takes effect after
 * the running task, and not if the store is opened again before.
 */
export function createLazyDownloads(create: () => Downloads): LazyDownloads {
  const listening = new Set<Listening>();
  let store: Downloads | undefined;
  let isOpen = false;

  /** Returns the present store. One that forgot its user, here or in another tab, gives way to a new one. */
  function use(): Downloads {
    if (store && !store.isClosed()) return store;
    store = create();
    for (const it of listening) it.stop = store.subscribe(it.listener, it.id);
    return store;
  }

  function end(): void {
    if (isOpen) return;
    store?.close();
    store = undefined;
  }

  return {
    open() {
      isOpen = true;
      void use().resume();
    },
    close() {
      isOpen = false;
      setTimeout(end);
    },
    start: (request) => use().start(request),
    get: (id) => store?.get(id),
    list: () => store?.list() ?? NONE,
    subscribe(listener, id) {
      const it: Listening = { listener, id };
      if (store) it.stop = store.subscribe(listener, id);
      listening.add(it);
      return () => {
        it.stop?.();
        listening.delete(it);
      };
    },
    retry: (id) => use().retry(id),
    cancel: (id) => use().cancel(id),
    save: (id) => use().save(id),
    dismiss: (id) => use().dismiss(id),
    resume: () => use().resume(),
    forget: () => store?.forget(),
    follow: (jobId) => use().follow(jobId),
  };
}
