import type { DownloadRequest, DownloadStatus } from '../api.js';
import type { LonghaulError } from '../errors.js';
import { isFinal } from '../job-status.js';
import type { DownloadRecord } from './records.js';
import type { Sample } from './speed.js';
import type { Download } from './types.js';

/** The state of a download, the same in all tabs. */
export interface State {
  record: DownloadRecord;
  status: DownloadStatus | undefined;
  /** A state that no status tells. */
  own: 'starting' | 'refused' | 'cancelled' | 'gone' | undefined;
  connection: Download['connection'];
  canRetryAt: number | null;
  failure: LonghaulError | null;
}

/** A download of the store. A plain record, because names of private fields would cost a page bytes. */
export interface Item extends State {
  pending: Download['pending'];
  /** This browser waits for it, so its archive is saved at once. False if it may have ended long ago. */
  isAwaited: boolean;
  /** For another try, also without some of its files. It never leaves the memory of the tabs. */
  request: DownloadRequest | null;
  /** Ends the pursuit; undefined while there is none. */
  task?: AbortController | undefined;
  isLeader?: boolean;
  /** When the job last moved, and when a status was last read. */
  newsAt: number;
  readAt: number;
  samples: Sample[];
  /** The download as listeners know it. */
  shown?: Download | undefined;
  /** The visible state as text. Listeners are called only when it changes. */
  shownText?: string | undefined;
}

/** Nothing is known of a run yet. */
const FRESH = {
  own: 'starting',
  status: undefined,
  connection: 'polling',
  canRetryAt: null,
  failure: null,
  isAwaited: true,
} as const;

export function createItem(record: DownloadRecord, isAwaited: boolean): Item {
  return {
    ...FRESH,
    record,
    isAwaited,
    request: record.request ?? null,
    pending: null,
    newsAt: 0,
    readAt: Date.now(),
    samples: [],
  };
}

/** Begins a run: forgets the one before. */
export function restart(item: Item, change?: Partial<DownloadRecord>): void {
  Object.assign(item, FRESH, { record: { ...item.record, ...change, saved: false } });
}

/** True if this browser started it. */
export function isOwn({ record }: Item): boolean {
  return record.id !== record.jobId;
}

/** True if it waits for its start. A start without a sign-in waits for the next sign-in. */
export function mustStart({ record, own, connection }: Item): boolean {
  return !!record.request && !record.dismissed && (own === 'starting' || connection === 'signed-out');
}

/** True while there is something to follow. */
export function isOpen({ record, own, status }: Item): boolean {
  return !!record.jobId && !record.dismissed && own !== 'gone' && !(status && isFinal(status.status));
}
