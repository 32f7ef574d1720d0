import type { LonghaulClient } from '../client.js';
import type { News } from './fold.js';
import type { Item } from './item.js';
import type { Records } from './records.js';
import type { Tabs } from './tabs.js';

/** The part of the client that the store uses. */
export type DownloadsClient = Pick<
  LonghaulClient,
  'start' | 'status' | 'watch' | 'cancel' | 'retry' | 'list' | 'downloadUrl'
>;

/** What the parts of a store share. */
export interface StoreContext {
  client: DownloadsClient;
  tabs: Tabs;
  records: Records;
  /** Aborts when the store is closed. */
  signal: AbortSignal;
  /** Takes news over, remembers them, and tells listeners and other tabs. */
  tell: (item: Item, news?: News) => void;
  /** Tells listeners what has changed. */
  show: (item: Item) => void;
}
