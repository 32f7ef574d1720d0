/** The web page around the client. All of it is absent in Node. */
const page = globalThis as {
  document?: { visibilityState?: string };
  navigator?: { onLine?: boolean };
  location?: unknown;
  addEventListener?: (
    type: string,
    listener: () => void,
    options: { capture: boolean; signal: AbortSignal },
  ) => void;
};

/** True in a page and in a worker of one. */
export function isBrowser(): boolean {
  return 'location' in page;
}

export function isHidden(): boolean {
  return page.document?.visibilityState === 'hidden';
}

export function isOffline(): boolean {
  return page.navigator?.onLine === false;
}

/** Calls back when the network comes or goes, and when the tab is shown or hidden, until the signal aborts. */
export function onPageChange(listener: (type: string) => void, signal: AbortSignal): void {
  for (const type of ['online', 'offline', 'visibilitychange']) {
    // The event of the document reaches the window only while it is captured.
    page.addEventListener?.(type, () => listener(type), { capture: true, signal });
  }
}
