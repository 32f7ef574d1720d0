import type { Readable } from 'node:stream';

/** What a store tells of an object without reading it. */
export interface ObjectInfo {
  key: string;
  /** Bytes. */
  size: number;
  /** Identifies this version of the bytes; give it back as `ifMatch`. */
  etag: string;
  /** CRC-32 of the whole object, when the store has it. */
  crc32: number | null;
  contentType: string | null;
  contentDisposition: string | null;
  /** User metadata, names in lower case. */
  metadata: Record<string, string>;
  lastModified: Date;
}

export interface ReadOptions {
  /** First byte wanted; 0 when absent. */
  start?: number;
  /** Last byte wanted, inclusive; the end of the object when absent. */
  end?: number;
  /** Read this version or fail with FILE_CHANGED. */
  ifMatch?: string;
  signal?: AbortSignal;
}

export interface WriteOptions {
  contentType?: string;
  /** Expected bytes, a lower bound good enough to choose the part size; unknown when absent. */
  expectedSize?: number;
  /** User metadata, any Unicode; `head` gives the names back in lower case. */
  metadata?: Record<string, string>;
  signal?: AbortSignal;
}

export interface ListedObject {
  key: string;
  /** Bytes. */
  size: number;
  lastModified: Date;
}

export interface ListedUpload {
  /** Of the object it was to become. */
  key: string;
  /** When it began, or was last heard of. */
  since: Date;
}

export interface ListOptions {
  /** Only keys that stand behind this one; it need not exist. */
  startAfter?: string;
  signal?: AbortSignal | undefined;
}

export interface LinkOptions {
  /** The name a browser saves the download under; any Unicode. */
  fileName: string;
  contentType: string;
  /** Seconds from now in which the link can be opened. */
  expiresInSeconds: number;
}

/**
 * Where bytes live. Every method throws a `LonghaulError` whose message names neither bucket, key nor host; its
 * `cause` does. Reading an object: FILE_NOT_FOUND when it is absent, FILE_CHANGED when `ifMatch` no longer holds,
 * FILE_FORBIDDEN when the store refuses it, RANGE_NOT_SATISFIABLE when `start` lies behind its end. Everything else
 * is STORAGE_UNAVAILABLE, worth retrying. An abort rejects with the signal's reason.
 */
export interface ObjectStore {
  /** Size, ETag and metadata. */
  head(key: string, signal?: AbortSignal): Promise<ObjectInfo>;

  /**
   * A stream of the bytes; the version is checked before the promise resolves. The stream fails with the same
   * errors, also when no byte comes for half a minute though the consumer wants some. Destroy it to stop early.
   */
  read(key: string, options?: ReadOptions): Promise<Readable>;

  /**
   * Stores all of `body` under `key`, in parts, holding a few parts in memory at most. The object appears
   * whole or not at all: on any failure or abort the upload is withdrawn before the promise rejects, and what was
   * there before stays. A `body` that fails rejects with its own error; one that was not needed to its end is
   * destroyed. An abort that comes when all bytes are sent and the store is about to show the object may be too late.
   */
  write(
    key: string,
    body: Readable | Buffer,
    options?: WriteOptions,
  ): Promise<{ size: number; etag: string }>;

  /** Deletes objects; absent ones are no error. */
  delete(keys: readonly string[], signal?: AbortSignal): Promise<void>;

  /**
   * All objects whose key begins with `prefix`, in the byte order of their keys; a store that keeps folders apart, as
   * SeaweedFS does, may list `a/b` before `a-b`.
   */
  list(prefix: string, options?: ListOptions): AsyncIterable<ListedObject>;

  /**
   * Withdraws unfinished uploads whose key begins with `prefix`; says how many there were. Idempotent. A `write` of
   * several parts that is under way there, in whichever process, fails.
   */
  abortUploads(prefix: string, signal?: AbortSignal): Promise<number>;

  /** Unfinished uploads whose key begins with `prefix`, in any order. */
  listUploads(prefix: string, signal?: AbortSignal): AsyncIterable<ListedUpload>;

  /** A link by which anybody can GET the object until it runs out, also with Range. Costs no request to the store. */
  signedLink(key: string, options: LinkOptions): Promise<string>;

  /** Resolves when the store answers and the bucket is there; for health checks. */
  check(signal?: AbortSignal): Promise<void>;
}
