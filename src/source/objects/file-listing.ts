import pMap from 'p-map';
import { isFileFault } from '../../contract/file-faults.js';
import { fileIdSchema } from '../../contract/http/schemas.js';
import type { FileId } from '../../contract/files.js';
import type { ListDetail, ListedFile } from '../../contract/http/answers.js';
import { ObjectSource, type SourceStore } from './object-source.js';
import { KEY_TEMPLATES, TemplateCatalogue } from '../catalogue/template-catalogue.js';

/** The part of the object store that listing uses. */
export interface ListableStore extends SourceStore {
  list(prefix: string, options: { startAfter: string }): AsyncIterable<ListedKey>;
}

interface ListedKey {
  key: string;
  /** Absent when the store's listing does not have it. */
  size?: number;
}

/** Limits the objects examined for one page, because few of them may match the query. */
const MAX_EXAMINED = 1_000;

/** Each name costs one HEAD request, so several run at once. */
const HEAD_CONCURRENCY = 16;
/** Objects per batch when a query filters them; without a query only as many as the page needs. */
const MAX_BATCH = 64;

/** Limits the objects examined for one page of ids alone, which costs no HEAD requests. */
const MAX_EXAMINED_IDS = 10_000;

const PREFIX = KEY_TEMPLATES[0]!.replace('{id}', '');

/** Lists the files of the default catalogue: every object whose key can be derived from a file id. */
export class FileListing {
  private readonly catalogue = new TemplateCatalogue();
  private readonly source: ObjectSource;

  /** @param safeName Converts an object's name to an archive entry name. */
  constructor(
    private readonly store: ListableStore,
    private readonly safeName: (name: string) => string,
  ) {
    this.source = new ObjectSource(store);
  }

  /**
   * Returns the files whose id or name contains `query`, ignoring case, in key order.
   * @param after The `next` of the previous page; `''` for the first page.
   * @param detail `ids` leaves the names out, which saves a HEAD request per file. A query needs the names.
   * @returns At most `limit` files; a page may hold fewer. `next` is null on the last page.
   */
  async list(
    query: string,
    after: string,
    limit: number,
    signal: AbortSignal,
    detail: ListDetail = 'full',
  ): Promise<{ files: ListedFile[]; next: string | null }> {
    const first = PREFIX + after;
    const seen = new Set<string>();
    const isFast = detail === 'ids' && query === '';
    const fileOf = (object: ListedKey) =>
      isFast ? this.idAt(object, first, seen, signal) : this.fileAt(object.key, signal);
    const maxExamined = isFast ? MAX_EXAMINED_IDS : MAX_EXAMINED;
    const keys = this.store.list(PREFIX, { startAfter: first })[Symbol.asyncIterator]();
    const files: ListedFile[] = [];
    let examined = 0;
    try {
      while (examined < maxExamined) {
        const batch = await take(keys, query === '' ? Math.min(MAX_BATCH, limit - files.length) : MAX_BATCH);
        for (const { key } of batch) seen.add(key);
        const found = await pMap(batch, fileOf, { concurrency: HEAD_CONCURRENCY, signal });
        for (const [i, file] of found.entries()) {
          after = batch[i]!.key.slice(PREFIX.length);
          if (file && matches(file, query)) files.push(file);
          if (files.length === limit) return { files, next: after };
        }
        if (batch.length === 0) return { files, next: null };
        examined += batch.length;
      }
      return { files, next: after };
    } finally {
      await keys.return?.();
    }
  }

  /**
   * Returns the id and size of an object from the listing alone. The listing is sorted, so `70000` comes before
   * `70000.zip` on this page, or does not exist, unless it sorts before the page.
   * @param first the page begins after this key.
   * @param seen the keys of this page so far.
   */
  private async idAt(
    { key, size }: ListedKey,
    first: string,
    seen: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<ListedFile | undefined> {
    const [fileId, fullId] = idsOf(key);
    if (fileId === undefined) return undefined;
    const plainKey = `${PREFIX}${fileId}`;
    const isKnown = plainKey === key || plainKey > first;
    if (size !== undefined && isKnown) {
      const isTaken = plainKey !== key && seen.has(plainKey);
      return { fileId: isTaken ? fullId! : fileId, name: null, size };
    }
    const file = await this.fileAt(key, signal);
    return file && { ...file, name: null };
  }

  /** Returns the file that is stored as this object; undefined when no id resolves to it. */
  private async fileAt(key: string, signal: AbortSignal): Promise<ListedFile | undefined> {
    for (const fileId of idsOf(key)) {
      const [entry] = await this.catalogue.resolve('', [fileId]);
      if (entry?.outcome !== 'found' || entry.location.kind !== 'object') continue;
      try {
        const { source, name, size } = await this.source.find(entry.location, signal);
        if (source.key === key) return { fileId, name: this.safeName(name), size };
      } catch (error) {
        // The object was deleted or is not readable, so it cannot be downloaded. The others can.
        if (!isFileFault(error, true)) throw error;
      }
    }
    return undefined;
  }
}

/** Returns the candidate ids of a key, the longest template first: `70000.zip` is 70000 unless object `70000` exists. */
function idsOf(key: string): FileId[] {
  return KEY_TEMPLATES.toReversed().flatMap((template) => {
    const [before, behind] = template.split('{id}') as [string, string];
    if (!key.startsWith(before) || !key.endsWith(behind)) return [];
    const text = key.slice(before.length, key.length - behind.length);
    // `070000` and `7e4` stay strings: as numbers they would resolve to other keys.
    const number = fileIdSchema.safeParse(/^[1-9]\d*$/.test(text) ? Number(text) : undefined);
    const id = number.success ? number : fileIdSchema.safeParse(text);
    return id.success ? [id.data] : [];
  });
}

function matches({ fileId, name }: ListedFile, query: string): boolean {
  const wanted = fold(query);
  return fold(String(fileId)).includes(wanted) || fold(name ?? '').includes(wanted);
}

function fold(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

async function take(keys: AsyncIterator<ListedKey>, count: number): Promise<ListedKey[]> {
  const taken: ListedKey[] = [];
  while (taken.length < count) {
    const next = await keys.next();
    if (next.done) break;
    taken.push(next.value);
  }
  return taken;
}
