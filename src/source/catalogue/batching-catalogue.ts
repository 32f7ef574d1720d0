import { setTimeout as delay } from 'node:timers/promises';
import type { FileId } from '../../contract/files.js';
import type { Catalogue, CatalogueEntry } from './catalogue.js';

/** Time a batch collects ids before it is sent; short compared to the request it saves. */
const WINDOW_MS = 20;

const MAX_BATCH = 1_000;

/**
 * Combines concurrent lookups of one user into one catalogue request. Clients check files one by one, otherwise each
 * check would cost a request to the application.
 */
export class BatchingCatalogue implements Catalogue {
  private readonly open = new Map<string, Batch>();

  constructor(
    private readonly catalogue: Catalogue,
    private readonly windowMs = WINDOW_MS,
  ) {}

  async resolve(userId: string, fileIds: readonly FileId[], signal?: AbortSignal): Promise<CatalogueEntry[]> {
    const batch = this.batchFor(userId, fileIds.length);
    const positions = batch.add(fileIds);
    const entries = await batch.wait(signal);
    return positions.map((position) => entries[position]!);
  }

  private batchFor(userId: string, count: number): Batch {
    const open = this.open.get(userId);
    if (open?.hasRoomFor(count)) return open;
    const batch = new Batch(async (ids, signal) => {
      await delay(this.windowMs);
      if (this.open.get(userId) === batch) this.open.delete(userId);
      return this.catalogue.resolve(userId, ids, signal);
    });
    this.open.set(userId, batch);
    return batch;
  }
}

/** One request for several callers. It is aborted when all of them have aborted. */
class Batch {
  private readonly ids: FileId[] = [];
  private readonly positions = new Map<FileId, number>();
  private readonly abandoned = new AbortController();
  private readonly entries: Promise<CatalogueEntry[]>;
  private waiting = 0;

  /** @param send Receives the live list of ids: it sends those that are in it when the window closes. */
  constructor(send: (ids: readonly FileId[], signal: AbortSignal) => Promise<CatalogueEntry[]>) {
    this.entries = send(this.ids, this.abandoned.signal);
  }

  hasRoomFor(count: number): boolean {
    return this.ids.length + count <= MAX_BATCH;
  }

  /** Adds ids, each only once. @returns their positions in the response. */
  add(fileIds: readonly FileId[]): number[] {
    return fileIds.map((fileId) => {
      const position = this.positions.get(fileId) ?? this.ids.push(fileId) - 1;
      this.positions.set(fileId, position);
      return position;
    });
  }

  async wait(signal: AbortSignal | undefined): Promise<CatalogueEntry[]> {
    this.waiting++;
    try {
      return await unlessAborted(this.entries, signal);
    } finally {
      if (--this.waiting === 0) this.abandoned.abort(signal?.reason);
    }
  }
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
