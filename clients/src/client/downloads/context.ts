import type { LonghaulClient } from '../client.js';
import type { Board } from './board.js';
import type { Records } from './records.js';
import type { Tabs } from './tabs.js';

/** The part of the client that the store uses. */
export type DownloadsClient = Pick<
  LonghaulClient,
  'start' | 'status' | 'watch' | 'cancel' | 'retry' | 'list' | 'downloadUrl'
>;

/** The parts of a store share these. */
export interface StoreContext extends Board {
  client: DownloadsClient;
  tabs: Tabs;
  records: Records;
  /** Aborts when the store is closed. */
  signal: AbortSignal;
}
