import type { DownloadRequest } from '../api.js';
import type { KeyValueStore } from './types.js';

/** What a browser remembers of a download. The request is kept only until its start is accepted. */
export interface DownloadRecord {
  id: string;
  jobId?: string;
  request?: DownloadRequest;
  name: string;
  /** RFC 3339. */
  createdAt: string;
  expiresAt?: string;
  saved: boolean;
  dismissed?: true;
}

const MAX_RECORDS = 50;
const DAY_MS = 24 * 3_600_000;

/** The records of one user and API. Storage that is full or forbidden costs nothing but the memory of a browser. */
export class Records {
  constructor(
    private readonly storage: KeyValueStore | null,
    private readonly key: string,
  ) {}

  /** Newest first, without those that expired more than a day ago. */
  all(): DownloadRecord[] {
    try {
      const records = JSON.parse(this.storage?.getItem(this.key) ?? '[]') as DownloadRecord[];
      return records.filter(({ expiresAt }) => !expiresAt || Date.parse(expiresAt) + DAY_MS > Date.now());
    } catch {
      return [];
    }
  }

  get(id: string): DownloadRecord | undefined {
    return this.all().find((record) => record.id === id);
  }

  /** Adds a record, or replaces the one of the same id. A run that another tab has saved stays saved. */
  put(changed: DownloadRecord): void {
    const all = this.all();
    const before = all.find(({ id }) => id === changed.id);
    const wasSaved = before?.createdAt === changed.createdAt && before.saved;
    const record = { ...changed, saved: changed.saved || wasSaved };
    if (JSON.stringify(before) === JSON.stringify(record)) return;
    this.write([record, ...all.filter((other) => other !== before)]);
  }

  remove(id: string): void {
    this.write(this.all().filter((record) => record.id !== id));
  }

  clear(): void {
    attempt(() => this.storage?.removeItem(this.key));
  }

  private write(records: DownloadRecord[]): void {
    const newest = records.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt)).slice(0, MAX_RECORDS);
    attempt(() => this.storage?.setItem(this.key, JSON.stringify(newest)));
  }
}

/** `localStorage`, or null where there is none or reading it is forbidden. */
export function browserStorage(): KeyValueStore | null {
  try {
    return (globalThis as { localStorage?: KeyValueStore }).localStorage ?? null;
  } catch {
    return null;
  }
}

function attempt(action: () => void): void {
  try {
    action();
  } catch {
    // Full or forbidden.
  }
}
