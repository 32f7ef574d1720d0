/** A value that changes, for `useSyncExternalStore`. */
export interface Source<T> {
  subscribe: (listener: () => void) => () => void;
  read: () => T;
}

/** Shortest time between two renders of one value: more than 4 changes a second only cost time. */
const INTERVAL_MS = 250;

/** Passes the first changes on at the end of the running task, and later ones together every 250 ms. Listeners share one reading. */
export function throttled<T>(source: Source<T>): Source<T> {
  const listeners = new Set<() => void>();
  let value = source.read();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isDue = false;
  let stop: (() => void) | undefined;

  function pass(): void {
    timer = undefined;
    isDue = false;
    if (listeners.size === 0) return;
    const next = source.read();
    if (next === value) return;
    value = next;
    timer = setTimeout(pass, INTERVAL_MS);
    for (const listener of listeners) listener();
  }

  function begin(): void {
    // It may have changed since the last listener left.
    value = source.read();
    stop = source.subscribe(() => {
      if (timer !== undefined || isDue) return;
      isDue = true;
      // An end and the save that follows it are one change.
      queueMicrotask(pass);
    });
  }

  function end(): void {
    stop?.();
    clearTimeout(timer);
    timer = undefined;
  }

  return {
    read: () => value,
    subscribe(listener) {
      // React subscribes the same function again under StrictMode.
      const own = () => listener();
      if (listeners.size === 0) begin();
      listeners.add(own);
      return () => {
        listeners.delete(own);
        if (listeners.size === 0) end();
      };
    },
  };
}
