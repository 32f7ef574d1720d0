import type { Readable } from 'node:stream';
import { errorCodeOf } from '../../contract/errors.js';
import { FileError } from '../../contract/file-error.js';
import type { PinnedObject } from '../../contract/files.js';
import type { ObjectLocation } from '../catalogue/catalogue.js';
import type { FileRange, FileSource, FoundFile } from '../file-source.js';
import { nameOfObject } from './object-name.js';
import { timeText } from '../time-text.js';
import { resumableRead } from '../resumable-read.js';
import { assertSourceKey } from './source-key.js';

/** The part of the object store that this source uses. */
export interface SourceStore {
  head(key: string, signal?: AbortSignal): Promise<SourceObject>;
  read(key: string, options: { start: number; ifMatch: string; signal: AbortSignal }): Promise<Readable>;
}

interface SourceObject {
  key: string;
  size: number;
  etag: string;
  crc32: number | null;
  contentType: string | null;
  contentDisposition: string | null;
  metadata: Record<string, string>;
  lastModified: Date;
}

/** Files in the object store. */
export class ObjectSource implements FileSource<ObjectLocation, PinnedObject> {
  constructor(private readonly store: SourceStore) {}

  async find(location: ObjectLocation, signal: AbortSignal): Promise<FoundFile<PinnedObject>> {
    const object = await this.headFirst(location.keys, signal);
    return {
      size: object.size,
      contentType: object.contentType,
      name: nameOfObject(object),
      crc32: object.crc32,
      modifiedAt: timeText(object.lastModified.getTime()),
      source: { kind: 'object', key: object.key, etag: object.etag },
    };
  }

  async open(
    source: PinnedObject,
    size: number,
    signal: AbortSignal,
    { start, end }: FileRange = { start: 0, end: size },
  ): Promise<Readable> {
    const last = end === size ? {} : { end: end - 1 };
    return resumableRead((at) => this.openAt(source, { start: at, ...last }, signal), end, signal, { start });
  }

  private async openAt(
    { key, etag }: PinnedObject,
    range: { start: number; end?: number },
    signal: AbortSignal,
  ): Promise<Readable> {
    try {
      return await this.store.read(key, { ...range, ifMatch: etag, signal });
    } catch (cause) {
      // The pinned version was longer.
      if (errorCodeOf(cause) === 'RANGE_NOT_SATISFIABLE') throw replaced(cause);
      throw cause;
    }
  }

  /** A store without the right to list may deny an absent key, so the next key is tried after a denial too. */
  private async headFirst(keys: readonly string[], signal: AbortSignal): Promise<SourceObject> {
    let denied: unknown;
    for (const key of keys) {
      assertSourceKey(key);
      try {
        return await this.store.head(key, signal);
      } catch (error) {
        const code = errorCodeOf(error);
        if (code !== 'FILE_NOT_FOUND' && code !== 'FILE_FORBIDDEN') throw error;
        if (code === 'FILE_FORBIDDEN') denied ??= error;
      }
    }
    throw denied ?? new FileError('FILE_NOT_FOUND', 'does not exist. Check its id.');
  }
}

function replaced(cause: unknown): FileError {
  return new FileError('FILE_CHANGED', 'was replaced after it was looked up. Start the download again.', {
    cause,
  });
}
