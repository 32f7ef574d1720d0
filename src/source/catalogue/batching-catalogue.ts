import { setTimeout as delay } from 'node:timers/promises';
import type { FileId } from '../../contract/files.js';
import type { Catalogue, CatalogueEntry } from './catalogue.js';

/** How long a question waits for others: little beside the request it saves. */
const WINDOW_MS = 20;

/** Ids that are asked for together at most. */
const MAX_IDS = 1_000;

/**
 * Asks a catalogue that is far away once for what is asked for at the same moment: a job looks its files up one by one, and
 * a hundred requests would tell the application no more than one.
 */
export class BatchingCatalogue implements Catalogue {
  private readonly open = new Map<string, Gathering>();

  constructor(
    private readonly catalogue: Catalogue,
    private readonly windowMs = WINDOW_MS,
  ) {}

  async resolve(userId: string, fileIds: readonly FileId[], signal?: AbortSignal): Promise<CatalogueEntry[]> {
    const gathering = this.gatheringFor(userId, fileIds.length);
    const places = gathering.add(fileIds);
    const entries = await gathering.wait(signal);
    return places.map((place) => entries[place]!);
  }

  private gatheringFor(userId: string, more: number): Gathering {
    const open = this.open.get(userId);
    if (open?.hasRoomFor(more)) return open;
    const gathering = new Gathering(async (ids, signal) => {
      await delay(this.windowMs);
      if (this.open.get(userId) === gathering) this.open.delete(userId);
      return this.catalogue.resolve(userId, ids, signal);
    });
    this.open.set(userId, gathering);
    return gathering;
  }
}

/** Questions that become one. It is given up when all who asked have. */
class Gathering {
  private readonly ids: FileId[] = [];
  private readonly places = new Map<FileId, number>();
  private readonly abandoned = new AbortController();
  private readonly answer: Promise<CatalogueEntry[]>;
  private waiting = 0;

  /** @param ask is given the list as it grows: what is in it when it comes to asking, counts. */
  constructor(ask: (ids: readonly FileId[], signal: AbortSignal) => Promise<CatalogueEntry[]>) {
    this.answer = ask(this.ids, this.abandoned.signal);
  }

  hasRoomFor(more: number): boolean {
    return this.ids.length + more <= MAX_IDS;
  }

  /** What two ask for is asked for once. @returns where in the answer theirs are. */
  add(fileIds: readonly FileId[]): number[] {
    return fileIds.map((fileId) => {
      const place = this.places.get(fileId) ?? this.ids.push(fileId) - 1;
      this.places.set(fileId, place);
      return place;
    });
  }

  async wait(signal: AbortSignal | undefined): Promise<CatalogueEntry[]> {
    this.waiting++;
    try {
      return await unlessAborted(this.answer, signal);
    } finally {
      if (--this.waiting === 0) this.abandoned.abort(signal?.reason);
    }
  }
}

function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return answer;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
