import { LonghaulError } from '../errors.js';
import { onPageChange } from '../follow/page.js';
import { newRequestKey } from '../request-key.js';
import { createActions } from './actions.js';
import { createBoard } from './board.js';
import type { DownloadsClient } from './context.js';
import type { HandOver } from './hand-over.js';
import { isOpen, type Item } from './item.js';
import { createPursuit } from './pursuit.js';
import type { Records } from './records.js';
import type { Tabs } from './tabs.js';
import { takeUp } from './take-up.js';
import type { Downloads } from './types.js';

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
  const closing = new AbortController();
  const { signal } = closing;
  const board = createBoard(records, tabs, signal, changed);
  const { items, find, tell } = board;
  const context = { client, tabs, records, signal, ...board };
  const pursue = createPursuit(context, goOn);
  const actions = createActions(context, handOver);

  tabs.listen((message) => (message === 'forget' ? forget() : board.hear(message)));
  onPageChange(goOn, signal);

  return {
    start(request) {
      signal.throwIfAborted();
      const id = request.clientRequestId ?? newRequestKey();
      const present = items.get(id)?.shown;
      if (present) return present;
      const item = board.add({
        id,
        request: { ...request, clientRequestId: id },
        name: `${request.archive?.name ?? 'download'}.${request.archive?.format ?? 'zip'}`,
        createdAt: new Date().toISOString(),
        saved: false,
      });
      tell(item);
      return item.shown!;
    },
    get: (id) => find(id)?.shown,
    list: board.list,
    subscribe: board.subscribe,
    retry: async (id) => actions.retry(known(id)),
    cancel: async (id) => actions.cancel(known(id)),
    save: async (id) => actions.save(known(id)),
    dismiss(id) {
      const item = find(id);
      if (item) tell(item, { record: { ...item.record, dismissed: true } });
    },
    async resume() {
      await autoSaved(await takeUp(context, goOn));
    },
    isClosed: () => signal.aborted,
    follow: (jobId) => tell(board.job(jobId)),
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
    board.show();
    close(new LonghaulError('UNAUTHENTICATED', 'Sign in again.'));
  }

  /** Goes on with what stopped, for example after a sign-in in another tab. */
  function goOn(): void {
    for (const item of items.values()) void pursue(item);
  }

  /** Pursues a download, or ends that. A failure waits for the user, or for a sign-in. */
  function changed(item: Item, isReady = false): void {
    if (isReady) void autoSaved(item);
    if (item.record.jobId && !isOpen(item)) item.task?.abort();
    else if (!item.failure) void pursue(item);
  }

  async function autoSaved(item: Item | undefined): Promise<void> {
    // `failure` tells why not.
    if (autoSave && item?.record.saved === false) await actions.save(item).catch(() => {});
  }

  function known(id: string): Item {
    signal.throwIfAborted();
    const item = find(id);
    if (!item) throw new LonghaulError('JOB_NOT_FOUND', 'Unknown download.');
    return item;
  }
}
