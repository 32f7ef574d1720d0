import { attempt } from '../attempt.js';
import type { DownloadRequest } from '../api.js';
import type { KeyValueStore } from './types.js';

/** A download in the memory of a browser. The request is kept only until its start is accepted. */
export interface DownloadRecord {
  id: string;
  jobId?: string;
  request?: DownloadRequest | undefined;
  name: string;
  /** RFC 3339. */
  createdAt: string;
  expiresAt?: string;
  saved: boolean;
  dismissed?: boolean | undefined;
}

const MAX_RECORDS = 50;
const DAY_MS = 86_400_000;

/** The records of one user and API. Storage that is full or forbidden costs nothing but the memory of a browser. */
export interface Records {
  /** Last changed first, without those that expired more than a day ago, and starts that are older than a day. */
  all(): DownloadRecord[];
  get(id: string): DownloadRecord | undefined;
  /** Adds a record, or updates the one of the same id. */
  put(record: DownloadRecord): void;
  remove(id: string): void;
  clear(): void;
}

export function createRecords(storage: KeyValueStore | null, key: string): Records {
  function all(): DownloadRecord[] {
    const records = attempt(() => {
      const kept = JSON.parse(storage!.getItem(key)!) as DownloadRecord[];
      return kept.filter(
        ({ expiresAt, createdAt }) => Date.parse(expiresAt ?? createdAt) + DAY_MS > Date.now(),
      );
    });
    return records ?? [];
  }

  const get = (id: string) => all().find((record) => record.id === id);
  const others = (id: string) => all().filter((record) => record.id !== id);

  function write(records: DownloadRecord[]): void {
    attempt(() => storage?.setItem(key, JSON.stringify(records.slice(0, MAX_RECORDS))));
  }

  return {
    all,
    get,
    put(changed) {
      const before = get(changed.id);
      const record = merged(before, changed);
      if (JSON.stringify(before) === JSON.stringify(record)) return;
      write([record, ...others(record.id)]);
    },
    remove: (id) => write(others(id)),
    clear: () => attempt(() => storage?.removeItem(key)),
  };
}

/** The newer record of a download. A run that any tab has saved or dismissed stays so. */
export function merged(before: DownloadRecord | undefined, next: DownloadRecord): DownloadRecord {
  if (before?.createdAt !== next.createdAt) return next;
  return {
    ...next,
    saved: before.saved || next.saved,
    dismissed: before.dismissed || next.dismissed,
  };
}

/** `localStorage`, or null where there is none or reading it is forbidden. */
export function browserStorage(): KeyValueStore | null {
  return attempt(() => (globalThis as { localStorage?: KeyValueStore }).localStorage) ?? null;
}
