/** An unfinished upload. Plain data, so that other processes can continue it. */
export interface UploadRef {
  /** The key belongs to this one upload: nothing else ever writes it. */
  key: string;
  id: string;
  /** True when the store verifies the CRC-32 of each part and of the whole object. */
  checked: boolean;
}

/** A version of an object. */
export interface ObjectVersion {
  key: string;
  etag: string;
}

/** Bytes `[start, end)`. */
export interface ByteSpan {
  start: number;
  end: number;
}

export interface SentPart {
  /** From 1 to 10,000. Numbers may be sparse. */
  number: number;
  etag: string;
  /** Bytes. */
  size: number;
  /** CRC-32 as the store computed it; null when it tells none. */
  crc32: number | null;
}

export interface BeginOptions {
  contentType?: string;
  metadata?: Record<string, string>;
  /** Lets the store verify checksums. Only for stores whose capabilities say `fullObjectChecked`. */
  checked: boolean;
}

/** Abilities of a store beyond plain multipart uploads. */
export interface StoreCapabilities {
  /**
   * Takes sparse part numbers and parts of unequal sizes, drops parts that are not listed, and never completes an
   * upload with the bytes of an overwritten part under its old ETag.
   */
  segments: boolean;
  /** Copies ranges of objects into parts, and refuses when the object is no longer the given version. */
  copies: boolean;
  /** Tells the right CRC-32 of each copied range. */
  copySums: boolean;
  /** Copies from objects that were uploaded in parts. */
  joints: boolean;
  /** Verifies the CRC-32 of the whole object at completion, and stores it. */
  fullObjectChecked: boolean;
}

/** Capabilities of a store that is used in the simplest way. */
export const NO_CAPABILITIES: StoreCapabilities = {
  segments: false,
  copies: false,
  copySums: false,
  joints: false,
  fullObjectChecked: false,
};

/** Reads parts of objects without streams. */
export interface RangeReader {
  /**
   * Fills `into` with the bytes `[start, end)` of one version of an object. Settles only after its last write to
   * `into`, also after an abort. Idempotent.
   * @param range.etag version to read; any version when empty.
   * @throws LonghaulError as `ObjectStore.read` and its stream.
   */
  readInto(
    key: string,
    range: ByteSpan & { etag: string },
    into: Uint8Array,
    signal?: AbortSignal,
  ): Promise<void>;

  /**
   * As `readInto`, for small files of a known version on a local disk: several times as fast. Absent in stores on a
   * network.
   * @throws any error. `readInto` tells what it means.
   */
  readIntoSync?(key: string, range: ByteSpan & { etag: string }, into: Uint8Array): void;
}

/**
 * One multipart upload. All methods may be called concurrently, from several processes.
 *
 * Methods reject with ARCHIVE_INCOMPLETE when the upload no longer exists, or cannot be completed from the given parts:
 * begin another one. Otherwise they reject as `ObjectStore.write` does. An abort rejects with the reason of the signal;
 * a request that is on its way then has two seconds to finish, otherwise it could arrive after the upload was aborted.
 */
export interface OpenUpload {
  readonly ref: UploadRef;

  /**
   * Sends the buffers as one part, and replaces an earlier part with that number. Settles only after its last read of
   * the buffers, also after an abort. Every part but the last must have 5 MiB.
   * @param crc32 of the buffers. A checked upload rejects other bytes.
   */
  sendPart(
    number: number,
    buffers: readonly Uint8Array[],
    crc32: number,
    signal?: AbortSignal,
  ): Promise<SentPart>;

  /**
   * Copies bytes of an object of the same store into a part.
   * @throws LonghaulError FILE_CHANGED when the object is no longer that version; as `ObjectStore.head`.
   */
  copyPart(number: number, source: ObjectVersion, range: ByteSpan, signal?: AbortSignal): Promise<SentPart>;

  /** Lists the parts that the store has, by number. */
  listParts(signal?: AbortSignal): Promise<SentPart[]>;

  /**
   * Creates the object from `parts`, ascending by number; other parts are dropped. Idempotent: succeeds when an earlier
   * call did, which it recognizes by the size of the object under the key.
   * @param crc32 of the whole object; null when unknown. Ignored unless the upload is checked.
   */
  complete(parts: readonly SentPart[], crc32: number | null, signal?: AbortSignal): Promise<ObjectVersion>;

  /**
   * Withdraws the upload, and repeats that until the store no longer knows it. Best effort; `abortUploads` removes the
   * rest. Does nothing after completion.
   */
  abort(): Promise<void>;
}

/**
 * An upload that one process sends, in parts of any order. Numbers ascend with positions. A failure after which the parts
 * cannot be completed rejects as those of `OpenUpload` do.
 */
export interface LocalUpload extends Pick<OpenUpload, 'copyPart' | 'complete' | 'abort'> {
  /** @param position of the part in the object. @see OpenUpload.sendPart */
  sendPart(
    number: number,
    buffers: readonly Uint8Array[],
    crc32: number,
    signal: AbortSignal,
    position: number,
  ): Promise<SentPart>;
}

/** Stores objects from parts that are sent in any order, by several processes. */
export interface MultipartStore extends RangeReader {
  /** Capabilities that need no probe; null when only a probe can tell. */
  readonly knownCapabilities: StoreCapabilities | null;

  /** Begins the upload of the object `key`, which must not be used for anything else. */
  begin(key: string, options: BeginOptions, signal?: AbortSignal): Promise<OpenUpload>;

  /** As `begin`, for an upload that no other process continues, and that dies with this one. */
  beginLocal(
    key: string,
    options: BeginOptions & { expectedSize: number },
    signal?: AbortSignal,
  ): Promise<LocalUpload>;

  /** Returns an upload that was begun before, maybe by another process. Sends no request. */
  openUpload(ref: UploadRef): OpenUpload;
}
