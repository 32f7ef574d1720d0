import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { errorCodeOf } from '../../contract/errors.js';
import type {
  BeginOptions,
  ByteSpan,
  ObjectVersion,
  OpenUpload,
  SentPart,
  UploadRef,
} from '../multipart-store.js';
import type { ObjectStore } from '../object-store.js';
import { incompleteUpload } from '../store-errors.js';
import { isAbsent, withStoreErrors } from './file-errors.js';
import { createFile, pruneEmpty } from './file-tree.js';
import { etagOf, statOrNull } from './file-version.js';

/** The folder of unfinished uploads of one key. */
interface Place {
  folder: string;
  /** Temporary folder of the store, which is never removed. */
  root: string;
  store: Pick<ObjectStore, 'head' | 'read' | 'write'>;
}

/**
 * An upload whose parts are files, which completion joins. Its own file holds its options; the names of its parts
 * begin with the name of that file. @see OpenUpload
 */
export class FileMultipart implements OpenUpload {
  private readonly path: string;

  constructor(
    private readonly place: Place,
    readonly ref: UploadRef,
  ) {
    // A name, because the reference may come from outside of this process.
    this.path = join(place.folder, basename(ref.id));
  }

  static async begin(place: Place, key: string, options: BeginOptions): Promise<FileMultipart> {
    const upload = new FileMultipart(place, { key, id: randomUUID(), checked: false });
    await writeNew(upload.path, [Buffer.from(JSON.stringify(options))]);
    return upload;
  }

  async sendPart(
    number: number,
    buffers: readonly Uint8Array[],
    _crc32: number,
    signal?: AbortSignal,
  ): Promise<SentPart> {
    return this.addPart(number, buffers, signal);
  }

  async copyPart(
    number: number,
    source: ObjectVersion,
    { start, end }: ByteSpan,
    signal?: AbortSignal,
  ): Promise<SentPart> {
    const range = { start, end: end - 1, ifMatch: source.etag };
    const body = await this.place.store.read(source.key, { ...range, ...(signal && { signal }) });
    return this.addPart(number, body as AsyncIterable<Buffer>, signal);
  }

  async listParts(signal?: AbortSignal): Promise<SentPart[]> {
    signal?.throwIfAborted();
    await this.assertExists();
    const numbers = (await this.names()).map((name) => Number(/\.(\d+)\.part$/.exec(name)?.[1]));
    const found = await Promise.all(numbers.filter(Boolean).map((number) => this.partOf(number)));
    return found.filter((part) => part !== null).toSorted((a, b) => a.number - b.number);
  }

  async complete(
    parts: readonly SentPart[],
    _crc32: number | null,
    signal?: AbortSignal,
  ): Promise<ObjectVersion> {
    const { key } = this.ref;
    signal?.throwIfAborted();
    const size = parts.reduce((sum, part) => sum + part.size, 0);
    const options = await this.options();
    if (!options) return this.completedBefore(size);
    const body = Readable.from(this.join(parts), { objectMode: false });
    const write = { ...options, expectedSize: size, ...(signal && { signal }) };
    const { etag } = await this.place.store.write(key, body, write);
    await this.abort();
    return { key, etag };
  }

  async abort(): Promise<void> {
    // Its own file first: without it, no part can be added.
    await rm(this.path, { force: true });
    for (const name of await this.names()) await rm(join(this.place.folder, name), { force: true });
    await pruneEmpty(this.place.folder, this.place.root);
  }

  /** Stores a part under a new name first, so that a torn write never replaces a complete one. */
  private async addPart(
    number: number,
    bytes: AsyncIterable<Uint8Array> | readonly Uint8Array[],
    signal: AbortSignal | undefined,
  ): Promise<SentPart> {
    await this.assertExists();
    const written = `${this.path}.${randomUUID()}.new`;
    try {
      await writeNew(written, bytes, signal);
      await withStoreErrors(() => rename(written, this.partPath(number)));
    } catch (error) {
      await rm(written, { force: true });
      throw error;
    }
    // An abort may have missed this part.
    await this.assertExists().catch(async (error: unknown) => {
      await this.abort();
      throw error;
    });
    return (await this.partOf(number))!;
  }

  private async partOf(number: number): Promise<SentPart | null> {
    const version = await statOrNull(this.partPath(number));
    return version && { number, etag: etagOf(version), size: Number(version.size), crc32: null };
  }

  private async *join(parts: readonly SentPart[]): AsyncGenerator<Buffer> {
    for (const { number, etag } of parts) {
      const found = await this.partOf(number);
      if (found?.etag !== etag) throw incompleteUpload(new Error(`Part ${number} is not the listed one`));
      yield* createReadStream(this.partPath(number)) as AsyncIterable<Buffer>;
    }
  }

  private async completedBefore(size: number): Promise<ObjectVersion> {
    const { key } = this.ref;
    const found = await this.place.store.head(key).catch((error: unknown) => {
      if (errorCodeOf(error) === 'FILE_NOT_FOUND') return null;
      throw error;
    });
    if (found?.size === size) return { key, etag: found.etag };
    throw incompleteUpload(new Error('The upload does not exist'));
  }

  /** Returns the options of the upload; null when it no longer exists. */
  private options(): Promise<BeginOptions | null> {
    return withStoreErrors(async () => {
      try {
        return JSON.parse(await readFile(this.path, 'utf8')) as BeginOptions;
      } catch (error) {
        if (isAbsent(error)) return null;
        throw error;
      }
    });
  }

  private async assertExists(): Promise<void> {
    if (!(await statOrNull(this.path))) throw incompleteUpload(new Error('The upload does not exist'));
  }

  private async names(): Promise<string[]> {
    const prefix = `${basename(this.path)}.`;
    const names = await readdir(dirname(this.path)).catch((error: unknown) => {
      if (isAbsent(error)) return [];
      throw error;
    });
    return names.filter((name) => name.startsWith(prefix));
  }

  private partPath(number: number): string {
    return `${this.path}.${number}.part`;
  }
}

async function writeNew(
  path: string,
  bytes: AsyncIterable<Uint8Array> | readonly Uint8Array[],
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  const file = await withStoreErrors(() => createFile(path));
  try {
    for await (const chunk of bytes) {
      signal?.throwIfAborted();
      await withStoreErrors(() => file.writeFile(chunk));
    }
  } finally {
    await file.close();
  }
}
