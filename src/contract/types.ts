import type { ErrorCode } from './errors.js';

/** An integer 10,000 … 100,000,000 or a string `[A-Za-z0-9._-]{1,128}`. */
export type FileId = number | string;

/** A file as it was asked for: a bare id, or an id with the name its entry shall have. */
export type RequestedFile = FileId | { fileId: FileId; name: string };

export type ArchiveFormat = 'zip' | 'tar' | 'tar.gz';
export type Compression = 'auto' | 'store' | 'deflate';
export type OnFileError = 'fail' | 'skip';
export type Priority = 'standard' | 'low';

export interface ArchiveOptions {
  format: ArchiveFormat;
  compression: Compression;
  /** File name of the archive, with its extension. */
  name: string;
}

/** The settings a job was accepted under. They travel with it, so that a changed setting never changes a running job. */
export interface JobPolicy {
  /** From the first workflow task to the end of the build; counted anew for a job that waited for a slot. */
  timeoutMs: number;
  /** How long the archive lives after completion. */
  ttlMs: number;
  /** Attempts of a step a user waits on, the first included. */
  maxAttempts: number;
  heartbeatTimeoutMs: number;
  maxBytes: number;
  /** Jobs of the user that build at once, the rest waits for a slot; 0 for no cap. */
  maxRunning: number;
  /** Whether the operator is told of a failure. */
  operatorWebhook: boolean;
  /** A durable pause before the work, for demos and drills; null in production. */
  delay: { minMs: number; maxMs: number } | null;
}

/** Input of the download workflow: all it will ever know of the request. */
export interface DownloadJob {
  jobId: string;
  userId: string;
  files: RequestedFile[];
  archive: ArchiveOptions;
  onFileError: OnFileError;
  priority: Priority;
  labels: Record<string, string>;
  /** Told when the job has ended; null for nobody. */
  callbackUrl: string | null;
  createdAt: string;
  /** Tells one request from another under the same idempotency key; null for a job without a key. */
  fingerprint: string | null;
  policy: JobPolicy;
}

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

/** The archive as it was uploaded. */
export interface BuiltArchive {
  key: string;
  /** Bytes of the archive. */
  size: number;
  checksum: string;
  /** Bytes of the files inside. */
  bytes: number;
  files: number;
  skipped: number;
  attempt: number;
}

export type JobStatus =
  'queued' | 'running' | 'processing_artifacts' | 'completed' | 'failed' | 'cancelled' | 'expired';

/** What a running job is at; finer than its status. `waiting` is for one of the user's slots; its status is `queued`. */
export type JobPhase = 'queued' | 'delaying' | 'preparing' | 'waiting' | 'building' | 'publishing' | 'ended';

/** The archive of a completed job. `checksum` is `sha256:` and 64 hex digits. */
export interface ArchiveInfo {
  name: string;
  /** Bytes. */
  size: number;
  contentType: string;
  checksum: string;
  /** Files inside, the manifest of missing files not counted. */
  files: number;
  skipped: number;
}

export interface JobError {
  code: ErrorCode;
  message: string;
  /** When trying again makes sense: how long to wait before. */
  retryAfterMs: number | null;
  /** Finds the job in logs and in the Temporal Web UI. */
  supportId: string;
}

/**
 * What the workflow knows of itself: the answer of its status query, and, written into the memo at each
 * change of phase, what `describe` can tell when no worker runs. Byte progress within the build comes on top
 * of it, from the heartbeats of the build activity.
 */
export interface JobSnapshot {
  userId: string;
  /** That of the job. */
  fingerprint: string | null;
  status: Exclude<JobStatus, 'expired'>;
  phase: JobPhase;
  message: string;
  totalFiles: number;
  preparedFiles: number;
  skippedFiles: number;
  bytesTotal: number | null;
  /** Most bytes any attempt of the build has been seen to send; progress never falls below it. */
  bytesHighWater: number;
  filesHighWater: number;
  attempts: number;
  createdAt: string;
  startedAt: string | null;
  completedAt: string | null;
  ttlMs: number;
  archive: ArchiveInfo | null;
  /** Where the archive lies in the object store; never leaves the API. */
  archiveKey: string | null;
  error: JobError | null;
}

/** Heartbeat details of the build: how far this attempt is, and how far any attempt was. */
export interface BuildProgress {
  bytes: number;
  files: number;
  currentFile: string | null;
  bytesHighWater: number;
  filesHighWater: number;
  /** The most attempts that were needed so far; absent in what older workers tell. */
  attempts?: number;
}

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

export interface FilesPage {
  files: FileOutcome[];
  nextCursor: string | null;
}

/** The status of a job as a client reads it. Times are RFC 3339 UTC, sizes bytes. */
export interface DownloadStatus {
  jobId: string;
  status: JobStatus;
  /** Whole percent; never goes back, 100 only when completed. */
  progress: number;
  message: string;
  filesProcessed: number;
  filesSkipped: number;
  totalFiles: number;
  bytesProcessed: number;
  bytesTotal: number | null;
  etaSeconds: number | null;
  attempts: number;
  queuePosition: number | null;
  createdAt: string;
  startedAt: string | null;
  completedAt: string | null;
  expiresAt: string;
  /** When to ask again; null when the status is final. */
  nextPollInMs: number | null;
  /** A fresh signed link when completed. */
  downloadUrl: string | null;
  /** As in the answer to the start, with a fresh ticket; null when the status is final. */
  streamUrl: string | null;
  eventsUrl: string | null;
  archive: ArchiveInfo | null;
  error: JobError | null;
  /** True when no worker answered, so that the numbers may be a little old. */
  stale?: true;
}

/** A file that can be downloaded. */
export interface ListedFile {
  fileId: FileId;
  /** What its entry would be called, unless the request says otherwise. */
  name: string;
  /** Bytes. */
  size: number;
}

export interface FileListPage {
  files: ListedFile[];
  /** Where the next page begins; null when there is none. A page may be short, or empty, and have one. */
  nextCursor: string | null;
}

/** A page of one's jobs, newest first. */
export interface JobsPage {
  jobs: DownloadStatus[];
  /** Where the next page begins; null when there is none. */
  nextCursor: string | null;
}

/** Answer to a started job. */
export interface StartedDownload {
  jobId: string;
  status: 'queued';
  totalFileIds: number;
  /** Ids that stood in the request more than once; each is in the job once. */
  duplicateFileIds: FileId[];
  etaSeconds: number;
  nextPollInMs: number;
  expiresAt: string;
  statusUrl: string;
  downloadPath: string;
  /** WebSocket that tells of every change; holds a ticket, for browsers cannot send headers with it. */
  streamUrl: string;
  /** The same as server-sent events. */
  eventsUrl: string;
}

/** The statuses after which nothing changes but expiry. */
export function isFinal(status: JobStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled' || status === 'expired';
}

/** The bare id of a requested file. */
export function fileIdOf(file: RequestedFile): FileId {
  return typeof file === 'object' ? file.fileId : file;
}
