import type { Readable } from 'node:stream';
import { errorCodeOf } from '../../contract/errors.js';
import { FileError } from '../../contract/file-error.js';
import type { PinnedObject } from '../../contract/files.js';
import type { ObjectLocation } from '../catalogue/catalogue.js';
import type { FileSource, FoundFile } from '../file-source.js';
import { nameOfObject } from './object-name.js';
import { resumableRead } from '../resumable-read.js';

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
      source: { kind: 'object', key: object.key, etag: object.etag },
    };
  }

  async open(source: PinnedObject, size: number, signal: AbortSignal): Promise<Readable> {
    return resumableRead(
      (start) => this.store.read(source.key, { start, ifMatch: source.etag, signal }),
      size,
      signal,
    );
  }

  private async headFirst(keys: readonly string[], signal: AbortSignal): Promise<SourceObject> {
    for (const key of keys) {
      try {
        return await this.store.head(key, signal);
      } catch (error) {
        if (errorCodeOf(error) !== 'FILE_NOT_FOUND') throw error;
      }
    }
    throw new FileError('FILE_NOT_FOUND', 'does not exist. Check its id.');
  }
}
