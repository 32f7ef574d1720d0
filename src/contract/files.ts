import type { ErrorCode } from './errors.js';

/** An integer 10,000 … 100,000,000 or a string `[A-Za-z0-9._-]{1,128}`. */
export type FileId = number | string;

/** A file as it was asked for: a bare id, or an id with the name its entry shall have. */
export type RequestedFile = FileId | { fileId: FileId; name: string };

/** A source pinned to one version of its bytes: reading it later yields these bytes or an error. */
export type PinnedSource = PinnedObject | PinnedUrl;

/** A version of an object of the store. */
export interface PinnedObject {
  kind: 'object';
  key: string;
  etag: string;
}

/**
 * A version of what a server elsewhere serves. The URL may be signed, and so a secret: it never travels through a
 * workflow, only through manifests in the object store.
 */
export interface PinnedUrl {
  kind: 'https';
  url: string;
  /** A strong one; null when the server gives none. */
  etag: string | null;
  /** As the server spells it. */
  lastModified: string | null;
  /** Whether a read that broke can go on where it stopped. */
  ranges: boolean;
}

/** A file that was found: where its bytes are, how many, and what its entry is called. */
export interface PreparedFile {
  /** Position in the request; entries keep this order. */
  index: number;
  fileId: FileId;
  /** Safe entry name with `/` between folders; not yet unique within the archive. */
  name: string;
  /** Bytes. */
  size: number;
  contentType: string | null;
  source: PinnedSource;
  /** CRC-32 of the bytes when the store knows it. */
  crc32: number | null;
}

/** A file that will not be in the archive, and why. */
export interface MissingFile {
  index: number;
  fileId: FileId;
  code: ErrorCode;
  message: string;
}

/**
 * What preparing one chunk of files found. A chunk of a large job lists its files in the object store, so that the
 * workflow carries a key and never megabytes.
 */
export interface PreparedChunk {
  /** The files themselves, or where they are written down with what is missing, one JSON line each. */
  files: PreparedFile[] | { manifestKey: string };
  /** Ids looked up: found and missing together. */
  count: number;
  /** Bytes of the files found. */
  bytes: number;
  missingCount: number;
  /** The missing files; the first few only when the chunk has a manifest. */
  missing: MissingFile[];
  /** Which attempt succeeded. */
  attempt: number;
}

/** A line of a chunk's manifest. */
export type PreparedLine = { found: PreparedFile } | { missing: MissingFile };

export type FileState = 'pending' | 'prepared' | 'included' | 'skipped' | 'failed';

/** What became of one file of a job. */
export interface FileOutcome {
  fileId: FileId;
  /** Entry name inside the archive; null until it is known. */
  name: string | null;
  size: number | null;
  state: FileState;
  error: { code: ErrorCode; message: string } | null;
}

/** The bare id of a requested file. */
export function fileIdOf(file: RequestedFile): FileId {
  return typeof file === 'object' ? file.fileId : file;
}
