import pMap from 'p-map';
import { errorCodeOf } from '../../contract/errors.js';
import { fileIdSchema } from '../../contract/http/schemas.js';
import type { FileId } from '../../contract/files.js';
import type { ListedFile } from '../../contract/http/answers.js';
import { ObjectSource, type SourceStore } from './object-source.js';
import { KEY_TEMPLATES, TemplateCatalogue } from '../catalogue/template-catalogue.js';

/** What listing needs of an object store. */
export interface ListableStore extends SourceStore {
  list(prefix: string, options: { startAfter: string }): AsyncIterable<{ key: string }>;
}

/** Objects looked at for one page, however few of them match. */
const MAX_LOOKED_AT = 1_000;

/** A name is told by its object alone, and asking for it is waiting: several at once, and not many more than needed. */
const AT_ONCE = 16;
const MAX_BATCH = 64;

const PREFIX = KEY_TEMPLATES[0]!.replace('{id}', '');

/** The files of the default catalogue: every object whose key an id leads to. */
export class FileListing {
  private readonly catalogue = new TemplateCatalogue();
  private readonly source: ObjectSource;

  /** @param safeName what an archive makes of an object's name. */
  constructor(
    private readonly store: ListableStore,
    private readonly safeName: (name: string) => string,
  ) {
    this.source = new ObjectSource(store);
  }

  /**
   * The files whose id or name contains `query`, whatever its case, in the order of their keys.
   * @param after where the page before this one ended; `''` for the beginning.
   * @returns `limit` files or fewer, and where the next page begins; null when nothing is left to be looked at.
   */
  async list(
    query: string,
    after: string,
    limit: number,
    signal: AbortSignal,
  ): Promise<{ files: ListedFile[]; next: string | null }> {
    const keys = this.store.list(PREFIX, { startAfter: PREFIX + after })[Symbol.asyncIterator]();
    const files: ListedFile[] = [];
    let lookedAt = 0;
    try {
      while (lookedAt < MAX_LOOKED_AT) {
        const batch = await take(keys, query === '' ? Math.min(MAX_BATCH, limit - files.length) : MAX_BATCH);
        const found = await pMap(batch, (key) => this.fileAt(key, signal), { concurrency: AT_ONCE, signal });
        for (const [i, file] of found.entries()) {
          after = batch[i]!.slice(PREFIX.length);
          if (file && matches(file, query)) files.push(file);
          if (files.length === limit) return { files, next: after };
        }
        if (batch.length === 0) return { files, next: null };
        lookedAt += batch.length;
      }
      return { files, next: after };
    } finally {
      await keys.return?.();
    }
  }

  /** The file whose bytes are this object; undefined when no id leads to it. */
  private async fileAt(key: string, signal: AbortSignal): Promise<ListedFile | undefined> {
    for (const fileId of idsOf(key)) {
      const [entry] = await this.catalogue.resolve('', [fileId]);
      if (entry?.outcome !== 'found' || entry.location.kind !== 'object') continue;
      try {
        const { source, name, size } = await this.source.find(entry.location, signal);
        if (source.key === key) return { fileId, name: this.safeName(name), size };
      } catch (error) {
        // Deleted meanwhile, or not for us: not to be downloaded either way.
        if (!['FILE_NOT_FOUND', 'FILE_FORBIDDEN'].includes(errorCodeOf(error) ?? '')) throw error;
      }
    }
    return undefined;
  }
}

/** The ids that may lead to a key, that of the longer template first: `70000.zip` is 70000 unless that is another file. */
function idsOf(key: string): FileId[] {
  return KEY_TEMPLATES.toReversed().flatMap((template) => {
    const [before, behind] = template.split('{id}') as [string, string];
    if (!key.startsWith(before) || !key.endsWith(behind)) return [];
    const text = key.slice(before.length, key.length - behind.length);
    // `070000` and `7e4` are texts: as numbers they would lead elsewhere.
    const number = fileIdSchema.safeParse(/^[1-9]\d*$/.test(text) ? Number(text) : undefined);
    const id = number.success ? number : fileIdSchema.safeParse(text);
    return id.success ? [id.data] : [];
  });
}

function matches({ fileId, name }: ListedFile, query: string): boolean {
  const wanted = fold(query);
  return fold(String(fileId)).includes(wanted) || fold(name).includes(wanted);
}

function fold(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

async function take(keys: AsyncIterator<{ key: string }>, count: number): Promise<string[]> {
  const taken: string[] = [];
  while (taken.length < count) {
    const next = await keys.next();
    if (next.done) break;
    taken.push(next.value.key);
  }
  return taken;
}
