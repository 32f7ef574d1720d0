import type { ErrorCode } from './errors.js';

/** An integer 10,000 … 100,000,000 or a string `[A-Za-z0-9._-]{1,128}`. */
export type FileId = number | string;

/** A file as requested: an id, or an id with the name of its entry. */
export type RequestedFile = FileId | { fileId: FileId; name: string };

/** A source pinned to one version: a later read yields the same bytes or an error. */
export type PinnedSource = PinnedObject | PinnedUrl;

/** A version of an object in the object store. */
export interface PinnedObject {
  kind: 'object';
  key: string;
  etag: string;
}

/**
 * A version of a file on another server. The URL may be signed and therefore secret: it appears only in manifests in
 * the object store, never in a workflow.
 */
export interface PinnedUrl {
  kind: 'https';
  url: string;
  /** A strong ETag; null when the server sends none. */
  etag: string | null;
  /** Verbatim from the server. */
  lastModified: string | null;
  /** True when an interrupted read can resume with a range request. */
  ranges: boolean;
}

/** A file that was found, with the source, size and name of its entry. */
export interface PreparedFile {
  /** Position in the request; entries keep this order. */
  index: number;
  fileId: FileId;
  /** Safe entry name with `/` between folders; not yet unique within the archive. */
  name: string;
  /** Requested names take precedence over others. Absent also in manifests of older workers. */
  nameIsRequested?: true;
  /** Bytes. */
  size: number;
  contentType: string | null;
  source: PinnedSource;
  /** CRC-32 of the bytes; null when the store does not know it. */
  crc32: number | null;
  /** Modification time in ISO 8601; null when nothing tells it. Absent in manifests of older workers. */
  modifiedAt?: string | null;
}

/** A file that the archive will not contain, with the reason. */
export interface MissingFile {
  index: number;
  fileId: FileId;
  code: ErrorCode;
  message: string;
}

/** Files of a job that their store or server failed to deliver on the last attempt. */
export interface FailingFiles {
  count: number;
  first: MissingFile;
}

/**
 * Result of preparing one chunk of files. A large job writes the files of a chunk to a manifest in the object store,
 * so that the workflow carries a key instead of megabytes.
 */
export interface PreparedChunk {
  /** The files found, or the key of the manifest: one JSON line for each file, found or missing. */
  files: PreparedFile[] | { manifestKey: string };
  /** Files looked up, found and missing. */
  count: number;
  /** Bytes of the files found. */
  bytes: number;
  missingCount: number;
  /** The missing files; only the first few when the chunk has a manifest. */
  missing: MissingFile[];
  /** The missing files that their store or server failed to deliver; absent when there are none. */
  failing?: FailingFiles;
  /** The attempt that succeeded, from 1. */
  attempt: number;
}

/** A line in the manifest of a chunk. */
export type PreparedLine = { found: PreparedFile } | { missing: MissingFile };

export type FileState = 'pending' | 'prepared' | 'included' | 'skipped' | 'failed';

/** State of one file of a job. */
export interface FileOutcome {
  fileId: FileId;
  /** Entry name in the archive; null until it is known. */
  name: string | null;
  size: number | null;
  state: FileState;
  error: { code: ErrorCode; message: string } | null;
}

/** Returns the id of a requested file. */
export function fileIdOf(file: RequestedFile): FileId {
  return typeof file === 'object' ? file.fileId : file;
}
