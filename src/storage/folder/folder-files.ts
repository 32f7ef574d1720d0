import type { BigIntStats } from 'node:fs';
import { constants, type FileHandle, lstat, open, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { guardBody } from '../../bytes/guarded-body.js';
import { FileBody } from '../file/file-body.js';
import { toReadError, toStoreError } from '../file/file-errors.js';
import { assertFile, assertVersion, etagOf } from '../file/file-version.js';
import { readFileRange } from '../file/file-range.js';
import type { ByteSpan, RangeReader } from '../multipart-store.js';
import type { ListOptions, ObjectInfo, ObjectStore } from '../object-store.js';
import { objectError } from '../store-errors.js';
import { filesBelow, MAX_FOLDER_FILES } from './folder-scan.js';
import { fileIdOfPath } from './path-ids.js';

/** The part of an object store that holds the files to download. */
export interface SourceFiles extends Pick<ObjectStore, 'head'> {
  read(key: string, options: { start: number; ifMatch: string; signal: AbortSignal }): Promise<Readable>;
  list(prefix: string, options?: ListOptions): AsyncIterable<{ key: string }>;
}

/** Prefix of the keys that the default catalogue derives from file ids. */
const PREFIX = 'downloads/';

/** Age up to which the list of files is reused. A file that is added can be downloaded after this time. */
const MIN_SCAN_AGE_MS = 1_000;

/** A slow scan is reused for this many times its duration, so that scans of a large folder do not load its disk. */
const SCAN_AGE_FACTOR = 10;

/**
 * Presents the files of a person's folder as the objects `downloads/{id}`, with ids of `fileIdOfPath`. Only reads: it
 * never creates, changes or deletes anything in the folder. Follows no symbolic links within it.
 */
export class FolderFiles implements SourceFiles, RangeReader {
  private readonly root: string;
  private scan: Promise<Map<string, string>> | undefined;
  private freshUntil = 0;

  /** @param excluded folder that is not served although it may be below `folder`. */
  constructor(
    folder: string,
    private readonly excluded?: string,
  ) {
    this.root = resolve(folder);
  }

  async head(key: string, signal?: AbortSignal): Promise<ObjectInfo> {
    signal?.throwIfAborted();
    const path = await this.pathOf(key);
    try {
      const version = await this.readableVersion(path);
      return {
        key,
        size: Number(version.size),
        etag: etagOf(version),
        crc32: null,
        contentType: null,
        contentDisposition: null,
        metadata: { filename: path },
        lastModified: version.mtime,
      };
    } catch (error) {
      throw toReadError(error);
    }
  }

  async read(
    key: string,
    { start, ifMatch, signal }: { start: number; ifMatch: string; signal: AbortSignal },
  ): Promise<Readable> {
    signal.throwIfAborted();
    let file: FileHandle | undefined;
    try {
      file = await this.openFile(key);
      const version = assertFile(await file.stat({ bigint: true }));
      assertVersion(version, ifMatch);
      return guardBody(new FileBody(file, version, { start, end: Infinity }), {
        signal,
        toError: toReadError,
      });
    } catch (error) {
      await file?.close();
      throw toReadError(error);
    }
  }

  async readInto(
    key: string,
    range: ByteSpan & { etag: string },
    into: Uint8Array,
    signal?: AbortSignal,
  ): Promise<void> {
    const source = { open: () => this.openFile(key), toError: toReadError };
    await readFileRange(source, range, into, signal);
  }

  async *list(
    prefix: string,
    { startAfter = '', signal }: ListOptions = {},
  ): AsyncGenerator<{ key: string }> {
    signal?.throwIfAborted();
    for (const id of (await this.paths()).keys()) {
      const key = PREFIX + id;
      if (key.startsWith(prefix) && key > startAfter) yield { key };
    }
  }

  private async openFile(key: string): Promise<FileHandle> {
    // Windows has no O_NOFOLLOW.
    return open(join(this.root, await this.pathOf(key)), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  }

  private async readableVersion(path: string): Promise<BigIntStats> {
    const file = join(this.root, path);
    const version = assertFile(await lstat(file, { bigint: true }));
    // Opening shows whether the file may be read.
    await (await open(file)).close();
    return version;
  }

  private async pathOf(key: string): Promise<string> {
    const path = key.startsWith(PREFIX) ? (await this.paths()).get(key.slice(PREFIX.length)) : undefined;
    if (path !== undefined) return path;
    throw objectError(
      'FILE_NOT_FOUND',
      new Error(`No file of the folder has the key ${JSON.stringify(key)}`),
    );
  }

  /** Returns the path of each id, in the order of the ids. Concurrent callers share one scan. */
  private paths(): Promise<Map<string, string>> {
    if (!this.scan || performance.now() >= this.freshUntil) {
      this.freshUntil = Infinity;
      this.scan = this.scanFolder();
      this.scan.catch(() => (this.scan = undefined));
    }
    return this.scan;
  }

  private async scanFolder(): Promise<Map<string, string>> {
    const startedAt = performance.now();
    const found: [string, string][] = [];
    try {
      const root = await realpath(this.root);
      const excluded = this.excluded && (await realpath(this.excluded).catch(() => undefined));
      for await (const path of filesBelow(root, excluded)) {
        if (found.length === MAX_FOLDER_FILES) break;
        found.push([fileIdOfPath(path), path]);
      }
    } catch (error) {
      throw toStoreError(error);
    }
    const now = performance.now();
    this.freshUntil = now + Math.max(MIN_SCAN_AGE_MS, SCAN_AGE_FACTOR * (now - startedAt));
    return new Map(found.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }
}
