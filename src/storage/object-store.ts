import type { Readable } from 'node:stream';

/** The properties of an object, without its bytes. */
export interface ObjectInfo {
  key: string;
  /** Bytes. */
  size: number;
  /** Identifies this version of the bytes. Pass it as `ifMatch` to read the same version. */
  etag: string;
  /** CRC-32 of the whole object; null when the store does not have it. */
  crc32: number | null;
  contentType: string | null;
  contentDisposition: string | null;
  /** User metadata, with names in lower case. */
  metadata: Record<string, string>;
  lastModified: Date;
}

export interface ReadOptions {
  /** First byte to read; 0 when absent. */
  start?: number;
  /** Last byte to read, inclusive; the end of the object when absent or larger. */
  end?: number;
  /** ETag of the version to read. Reading any other version fails with FILE_CHANGED. */
  ifMatch?: string;
  signal?: AbortSignal;
}

export interface WriteOptions {
  contentType?: string;
  /**
   * Expected size in bytes; unknown when absent. The part size is chosen from it. A file store refuses a write that its
   * disk has no space for.
   */
  expectedSize?: number;
  /** User metadata, any Unicode. `head` returns the names in lower case. */
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
  /** Key of the object that the upload would create. */
  key: string;
  /** Start of the upload, or its last activity, depending on the store. */
  since: Date;
}

export interface ListOptions {
  /** Lists only keys that sort after this one. The key need not exist. */
  startAfter?: string;
  signal?: AbortSignal | undefined;
}

export interface LinkOptions {
  /** The method that the link is for, by default GET. S3 signs it, so that its link allows no other. */
  method?: 'GET' | 'HEAD';
  /** Name under which a browser saves the download; any Unicode. */
  fileName: string;
  contentType: string;
  /** Lifetime of the link, in seconds from now. */
  expiresInSeconds: number;
}

/**
 * Stores objects: bytes under a key. All methods may be called concurrently.
 *
 * Every method rejects with a `LonghaulError`. Its message is safe to show to users: it contains no bucket, key or host.
 * Its `cause` contains them, for operators. `head` and `read` report errors of the object:
 * - FILE_NOT_FOUND: the store says that the object does not exist. A 404 of a proxy is STORAGE_UNAVAILABLE.
 * - FILE_CHANGED: the object is no longer the version `ifMatch`.
 * - FILE_FORBIDDEN: the store denies access to the object, or does not allow the key. S3 without the right to list
 *   denies absent objects too.
 * - FILE_ARCHIVED: the object must be restored first.
 * - FILE_UNREADABLE: the store rejects every request for this object.
 * - RANGE_NOT_SATISFIABLE: `start` is not within the object, or the range is malformed.
 *
 * A write that finds no space is STORAGE_FULL; only an operator can help. Any other failure is STORAGE_UNAVAILABLE. It
 * may be temporary, so retry with backoff. A store that does not respond causes STORAGE_UNAVAILABLE after a timeout.
 * When the store responds and fails for this object, the error is a `FileError` that suspects the file.
 *
 * An abort rejects with the reason of the signal, unchanged. If the signal is aborted beforehand, nothing is done.
 */
export interface ObjectStore {
  /**
   * Returns size, ETag and metadata of an object. Idempotent.
   * @throws LonghaulError FILE_NOT_FOUND, FILE_FORBIDDEN, FILE_ARCHIVED, FILE_UNREADABLE or STORAGE_UNAVAILABLE
   */
  head(key: string, signal?: AbortSignal): Promise<ObjectInfo>;

  /**
   * Opens an object, or a range of it, as a stream. Idempotent. Resolves once the version and the range are verified.
   * Afterwards the stream fails with the same errors. It also fails when it receives no byte for 30 s while its consumer
   * waits for one. It never ends early without an error. Destroy the stream to stop reading.
   * @throws LonghaulError as `head`; FILE_CHANGED, RANGE_NOT_SATISFIABLE
   */
  read(key: string, options?: ReadOptions): Promise<Readable>;

  /**
   * Stores all bytes of `body` under `key`, replacing any object with that key. Holds at most a few parts in memory.
   *
   * Atomic: readers see the old object until the new one is complete. On failure or abort the old object remains, and
   * the upload is withdrawn before the promise rejects. The withdrawal is best effort; `abortUploads` removes the rest.
   * Concurrent writes of one key all succeed, and one of them wins as a whole. Writing the same bytes again is safe, but
   * the new object may have another ETag.
   *
   * Consumes `body`, or destroys it on failure, so a retry needs a new stream. There is no timeout for a `body` that
   * stalls. An abort may come too late: once all bytes are sent and the store completes the object, the write can succeed.
   * @throws the error of `body`, unchanged, when `body` fails.
   * @throws LonghaulError FILE_TOO_LARGE when the object exceeds the limits of the store; FILE_FORBIDDEN when `key` is
   * not allowed; STORAGE_FULL; STORAGE_UNAVAILABLE.
   */
  write(
    key: string,
    body: Readable | Buffer,
    options?: WriteOptions,
  ): Promise<{ size: number; etag: string }>;

  /**
   * Deletes objects. Idempotent: absent objects are not an error. Not atomic: after a failure some of the objects may be
   * deleted, so call it again with the same keys.
   * @throws LonghaulError STORAGE_UNAVAILABLE, or FILE_FORBIDDEN when a key is not allowed.
   */
  delete(keys: readonly string[], signal?: AbortSignal): Promise<void>;

  /**
   * Lists all objects whose key begins with `prefix`, in the byte order of their keys. A store with real folders, such
   * as SeaweedFS, may list `a/b` before `a-b`. Objects written or deleted during the listing may or may not appear.
   * @throws LonghaulError STORAGE_UNAVAILABLE, from the iteration.
   */
  list(prefix: string, options?: ListOptions): AsyncIterable<ListedObject>;

  /**
   * Withdraws all unfinished uploads whose key begins with `prefix`. Idempotent. A `write` of several parts that is
   * in progress below that prefix fails with STORAGE_UNAVAILABLE, in any process.
   * @returns the number of uploads withdrawn.
   * @throws LonghaulError STORAGE_UNAVAILABLE, after which some uploads may be withdrawn.
   */
  abortUploads(prefix: string, signal?: AbortSignal): Promise<number>;

  /**
   * Lists the unfinished uploads whose key begins with `prefix`, in any order.
   * @throws LonghaulError STORAGE_UNAVAILABLE, from the iteration.
   */
  listUploads(prefix: string, signal?: AbortSignal): AsyncIterable<ListedUpload>;

  /**
   * Returns a link through which anyone can read the object until the link expires, with Range requests if needed.
   * Its answers forbid shared caches. Sends no request to the store and does not check that the object exists.
   * @throws LonghaulError FILE_FORBIDDEN when `key` is not allowed; STORAGE_UNAVAILABLE when the link cannot be signed.
   */
  signedLink(key: string, options: LinkOptions): Promise<string>;

  /**
   * Returns the origin of every signed link, such as `https://bucket.s3.amazonaws.com`, for the content security policy of
   * a page; null when links are paths of the API. Sends no request to the store.
   * @throws LonghaulError STORAGE_UNAVAILABLE when links cannot be signed.
   */
  linkOrigin(): Promise<string | null>;

  /**
   * Verifies that the store responds and that its bucket exists; a file store creates its folder if missing. An S3 store
   * reads the marker, so it needs no right beyond that. For health checks. Idempotent.
   * @throws LonghaulError STORAGE_UNAVAILABLE; STORAGE_FULL, from a file store. Their `cause` says what to fix.
   */
  check(signal?: AbortSignal): Promise<void>;

  /**
   * Returns by how many milliseconds the clock of this machine is ahead of the store's, as of its last answer; negative
   * when it is behind. 0 before the first answer, and for a store without a clock of its own.
   */
  clockAheadMs(): number;
}
