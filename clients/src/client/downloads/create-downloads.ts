import type { LonghaulClient } from '../client.js';
import { handOverToBrowser } from './hand-over.js';
import { browserStorage, createRecords } from './records.js';
import { createStore } from './store.js';
import { browserTabs } from './tabs.js';
import type { Downloads, DownloadsOptions } from './types.js';

/**
 * Creates the store of all downloads of this browser: it starts, follows, persists, shares with other tabs, saves. One
 * store for each page and user; `resume` takes up earlier downloads.
 */
export function createDownloads(client: LonghaulClient, options: DownloadsOptions = {}): Downloads {
  const isPage = 'document' in globalThis;
  const { user = '', storage = isPage ? browserStorage() : null, autoSave = isPage } = options;
  const scope = `longhaul:${client.baseUrl.href}:${user}`;
  return createStore(client, autoSave, {
    records: createRecords(storage, scope),
    tabs: browserTabs(scope),
    handOver: handOverToBrowser,
  });
}
