import type { BigIntStats } from 'node:fs';
import { access, constants, type FileHandle, mkdir, open, stat, unlink } from 'node:fs/promises';
import { dirname, join, posix, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { assertRange } from '../byte-range.js';
import { consumeBody } from '../../bytes/consume-body.js';
import { FileBody } from './file-body.js';
import { FileMultipart } from './file-multipart.js';
import { readFileRange, readFileRangeSync } from './file-range.js';
import { isAbsent, isUnusable, toReadError, toStoreError, withStoreErrors } from './file-errors.js';
import { assertFile, assertVersion, etagOf, statOrNull } from './file-version.js';
import { type Sidecar, Sidecars } from './file-sidecars.js';
import { type FoundFile, pruneEmpty, walk } from './file-tree.js';
import { assertSpace, readSpace, type ReadSpace } from './free-space.js';
import { FileUpload, isUpload, removeUpload } from './file-upload.js';
import { PlacedUpload } from './placed-upload.js';
import { guardBody } from '../../bytes/guarded-body.js';
import type {
  LinkOptions,
  ListedObject,
  ListedUpload,
  ListOptions,
  ObjectInfo,
  ObjectStore,
  ReadOptions,
  WriteOptions,
} from '../object-store.js';
import {
  type BeginOptions,
  type ByteSpan,
  type LocalUpload,
  type MultipartStore,
  NO_CAPABILITIES,
  type OpenUpload,
  type UploadRef,
} from '../multipart-store.js';
import { BufferPool, cutIntoParts } from '../../bytes/part-cutter.js';
import { objectPath, RESERVED_FOLDERS } from './path-guard.js';
import { LinkTokens } from './signed-links.js';
import { storeError } from '../store-errors.js';

export interface FileStoreOptions {
  /** Folder of the objects; created if missing. Files that other programs put there are objects too. */
  directory: string;
  /** Signs links. At least 32 characters, and the same in every process that signs or serves links. */
  linkSecret: string;
  /** Verify links that they signed, during a rotation. */
  olderLinkSecrets?: readonly string[];
  /** Base URL of the API that serves the links, without a trailing `/`. When absent, links are paths. */
  publicUrl?: string | undefined;
  /** A clock, in milliseconds since 1970. */
  now?: () => number;
  space?: ReadSpace;
}

/** The file that a link opens, with the headers to send. */
export interface OpenedLink {
  path: string;
  /** Bytes. */
  size: number;
  etag: string;
  fileName: string;
  contentType: string;
}

/** Opens a pipe at once. Otherwise the call waits for a writer, and blocks a thread of the process. */
const READ_ONLY = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Size of the blocks into which small chunks are collected before they are written. */
const BLOCK_BYTES = 1024 * 1024;

/**
 * Stores objects as files of one folder, on a single machine or a shared volume. The key is the path, so a key cannot be
 * a file and a folder at once: when `a` exists, writing `a/b` fails. @see ObjectStore
 */
export class FileObjectStore implements ObjectStore, MultipartStore {
  /** Completion copies all parts, so one segment is the fastest. */
  readonly knownCapabilities = NO_CAPABILITIES;

  private readonly root: string;
  private readonly temporary: string;
  private readonly sidecars: Sidecars;
  private readonly tokens: LinkTokens;
  private readonly publicUrl: string;
  private readonly now: () => number;
  private readonly space: ReadSpace;
  private rootVerified = false;

  constructor({
    directory,
    linkSecret,
    olderLinkSecrets = [],
    publicUrl = '',
    now = Date.now,
    space = readSpace,
  }: FileStoreOptions) {
    this.root = resolve(directory);
    this.temporary = join(this.root, RESERVED_FOLDERS.temporary);
    this.sidecars = new Sidecars(join(this.root, RESERVED_FOLDERS.metadata));
    this.tokens = new LinkTokens([linkSecret, ...olderLinkSecrets]);
    this.publicUrl = publicUrl;
    this.now = now;
    this.space = space;
  }

  async head(key: string, signal?: AbortSignal): Promise<ObjectInfo> {
    signal?.throwIfAborted();
    try {
      const version = await this.versionOf(key);
      const { contentType, metadata } = await this.sidecars.read(key, version);
      return {
        key,
        size: Number(version.size),
        etag: etagOf(version),
        crc32: null,
        contentType,
        contentDisposition: null,
        metadata,
        lastModified: version.mtime,
      };
    } catch (error) {
      throw await this.readError(error);
    }
  }

  async read(key: string, options: ReadOptions = {}): Promise<Readable> {
    const { start = 0, end = Infinity, ifMatch, signal } = options;
    assertRange(start, options.end);
    signal?.throwIfAborted();
    let file: FileHandle | undefined;
    try {
      file = await this.openFile(key);
      // Stat the open file: a later rename over its path does not change what is read.
      const version = assertFile(await file.stat({ bigint: true }));
      assertVersion(version, ifMatch);
      assertWithin(options, Number(version.size));
      return guardBody(new FileBody(file, version, { start, end }), { signal, toError: toReadError });
    } catch (error) {
      await file?.close();
      throw await this.readError(error);
    }
  }

  async readInto(
    key: string,
    range: ByteSpan & { etag: string },
    into: Uint8Array,
    signal?: AbortSignal,
  ): Promise<void> {
    const source = { open: () => this.openFile(key), toError: (error: unknown) => this.readError(error) };
    await readFileRange(source, range, into, signal);
  }

  readIntoSync(key: string, range: ByteSpan & { etag: string }, into: Uint8Array): void {
    readFileRangeSync(objectPath(this.root, key), READ_ONLY, range, into);
  }

  async begin(key: string, options: BeginOptions, signal?: AbortSignal): Promise<OpenUpload> {
    signal?.throwIfAborted();
    objectPath(this.root, key);
    return FileMultipart.begin(this.uploadsOf(key), key, options);
  }

  async beginLocal(
    key: string,
    options: BeginOptions & { expectedSize: number },
    signal?: AbortSignal,
  ): Promise<LocalUpload> {
    signal?.throwIfAborted();
    const target = objectPath(this.root, key);
    await this.assertSpaceFor(options.expectedSize);
    const upload = await FileUpload.begin(objectPath(this.temporary, key), this.temporary);
    return new PlacedUpload(key, upload, (version) => this.publish(key, target, upload, version, options));
  }

  openUpload(ref: UploadRef): OpenUpload {
    return new FileMultipart(this.uploadsOf(ref.key), ref);
  }

  async write(
    key: string,
    body: Readable | Buffer,
    options: WriteOptions = {},
  ): Promise<{ size: number; etag: string }> {
    const stream = Buffer.isBuffer(body) ? Readable.from([body]) : body;
    return consumeBody(stream, options.signal, async (bytes) => {
      const target = objectPath(this.root, key);
      const upload = await FileUpload.begin(objectPath(this.temporary, key), this.temporary);
      try {
        await this.assertSpaceFor(options.expectedSize);
        await copyInto(upload, bytes);
        const version = await upload.finish();
        options.signal?.throwIfAborted();
        await this.publish(key, target, upload, version, options);
        return { size: Number(version.size), etag: etagOf(version) };
      } finally {
        await upload.end();
      }
    });
  }

  async delete(keys: readonly string[], signal?: AbortSignal): Promise<void> {
    await this.assertRoot();
    for (const key of keys) {
      signal?.throwIfAborted();
      await withStoreErrors(() => this.deleteOne(key));
    }
  }

  list(prefix: string, { startAfter, signal }: ListOptions = {}): AsyncGenerator<ListedObject> {
    return statEach(this.scan(walk(this.root, prefix, startAfter), signal));
  }

  async abortUploads(prefix: string, signal?: AbortSignal): Promise<number> {
    let aborted = 0;
    for await (const { key, path } of this.uploadFiles(prefix, signal)) {
      await withStoreErrors(() => removeUpload(path, this.temporary));
      if (isUpload(key)) aborted++;
    }
    return aborted;
  }

  async *listUploads(prefix: string, signal?: AbortSignal): AsyncGenerator<ListedUpload> {
    for await (const { key, lastModified } of statEach(this.uploadFiles(prefix, signal))) {
      if (isUpload(key)) yield { key: posix.dirname(key), since: lastModified };
    }
  }

  async signedLink(key: string, { fileName, contentType, expiresInSeconds }: LinkOptions): Promise<string> {
    objectPath(this.root, key);
    const expiresAt = Math.floor(this.now() / 1_000) + expiresInSeconds;
    // A lone surrogate becomes U+FFFD, because a header cannot contain it.
    const token = this.tokens.sign({ key, fileName: fileName.toWellFormed(), contentType, expiresAt });
    return `${this.publicUrl}/v1/objects/${token}`;
  }

  async linkOrigin(): Promise<string | null> {
    return this.publicUrl === '' ? null : new URL(this.publicUrl).origin;
  }

  /**
   * Returns the file that a link from `signedLink` opens.
   * @param token the last path segment of the link.
   * @throws LonghaulError LINK_INVALID when the token is forged, LINK_EXPIRED when it has expired, FILE_NOT_FOUND when
   * the object no longer exists.
   */
  async openLink(token: string): Promise<OpenedLink> {
    const { key, fileName, contentType } = this.tokens.verify(token, this.now() / 1_000);
    try {
      const version = await this.versionOf(key);
      const size = Number(version.size);
      return { path: objectPath(this.root, key), size, etag: etagOf(version), fileName, contentType };
    } catch (error) {
      throw await this.readError(error);
    }
  }

  async check(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await this.verifyRoot();
    await this.assertSpaceFor(0);
  }

  clockAheadMs(): number {
    return 0;
  }

  private uploadsOf(key: string) {
    return { folder: objectPath(this.temporary, key), root: this.temporary, store: this };
  }

  /** Yields the files of uploads whose key begins with `prefix`, and their sidecars. */
  private async *uploadFiles(prefix: string, signal?: AbortSignal): AsyncGenerator<FoundFile> {
    for await (const found of this.scan(walk(this.temporary, prefix), signal)) {
      // The last segment is the name of the upload, not part of the key.
      if (posix.dirname(found.key).startsWith(prefix)) yield found;
    }
  }

  /** Yields `files` until the signal aborts; maps errors. */
  private async *scan(files: AsyncIterable<FoundFile>, signal?: AbortSignal): AsyncGenerator<FoundFile> {
    signal?.throwIfAborted();
    await this.assertRoot();
    try {
      for await (const found of files) {
        signal?.throwIfAborted();
        yield found;
      }
    } catch (error) {
      throw signal?.aborted ? signal.reason : toStoreError(error);
    }
  }

  /** Checks the root once, otherwise an unmounted volume would look like absent objects. */
  private async assertRoot(): Promise<void> {
    if (!this.rootVerified) await this.verifyRoot();
  }

  private async verifyRoot(): Promise<void> {
    await withStoreErrors(async () => {
      // Only once, otherwise a volume that was unmounted would look empty.
      if (!this.rootVerified) await mkdir(this.root, { recursive: true });
      await access(this.root, constants.R_OK | constants.W_OK);
    });
    this.rootVerified = true;
  }

  /** Refuses a write that would fill the disk, before it does. A write of unknown size is not refused. */
  private async assertSpaceFor(bytes: number | undefined): Promise<void> {
    if (bytes === undefined) return;
    assertSpace(await withStoreErrors(() => this.space(this.root)), bytes);
  }

  private async readError(error: unknown): Promise<unknown> {
    // Without its root, the store cannot know what is absent.
    if (isAbsent(error)) await this.verifyRoot();
    return toReadError(error);
  }

  private async versionOf(key: string): Promise<BigIntStats> {
    // Opens the file, so that one that may not be read is found out before it is delivered.
    const file = await this.openFile(key);
    try {
      return assertFile(await file.stat({ bigint: true }));
    } finally {
      await file.close();
    }
  }

  private openFile(key: string): Promise<FileHandle> {
    return open(objectPath(this.root, key), READ_ONLY);
  }

  private async publish(
    key: string,
    target: string,
    upload: FileUpload,
    version: BigIntStats,
    options: WriteOptions,
  ): Promise<void> {
    const replaced = await statOrNull(target);
    try {
      await withStoreErrors(() => this.sidecars.write(key, version, sidecarOf(options), upload.sidecarPath));
      await upload.publish(target);
    } catch (error) {
      await this.sidecars.remove(key, version).catch(() => {});
      await pruneEmpty(dirname(target), this.root);
      throw error;
    }
    if (replaced) await this.sidecars.removeReplaced(key, replaced, version);
  }

  private async deleteOne(key: string): Promise<void> {
    const path = objectPath(this.root, key);
    try {
      await unlink(path);
    } catch (error) {
      // Some systems have no separate error code for a folder, so check.
      if (!isAbsent(error) && !(await statOrNull(path))?.isDirectory()) throw error;
    }
    await pruneEmpty(dirname(path), this.root);
    await this.sidecars.remove(key);
  }
}

async function copyInto(upload: FileUpload, body: Readable): Promise<void> {
  const pool = new BufferPool();
  for await (const { bytes, last } of cutIntoParts(body, () => BLOCK_BYTES, pool)) {
    await upload.append(bytes);
    if (!last) pool.release(bytes);
  }
}

function sidecarOf(options: WriteOptions): Sidecar {
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.metadata ?? {})) metadata[name.toLowerCase()] = value;
  return { contentType: options.contentType ?? null, metadata };
}

/** Yields size and time of the files that exist and are readable, so that a bad entry does not end the listing. */
async function* statEach(files: AsyncIterable<FoundFile>): AsyncGenerator<ListedObject> {
  for await (const { key, path } of files) {
    const version = await stat(path).catch((error: unknown) => {
      if (isUnusable(error)) return null;
      throw toStoreError(error);
    });
    if (version?.isFile()) yield { key, size: version.size, lastModified: version.mtime };
  }
}

/** Asserts that the range begins within the object. A read without a range may read an empty object. */
function assertWithin({ start, end }: ReadOptions, size: number): void {
  const ranged = end !== undefined || (start ?? 0) > 0;
  if (!ranged || (start ?? 0) < size) return;
  throw storeError(
    'RANGE_NOT_SATISFIABLE',
    new RangeError(`Range start ${start ?? 0} is not within the ${size} bytes of the object`),
  );
}
