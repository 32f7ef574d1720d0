import type { ArchiveOptions, OnFileError } from './job.js';
import type { BuildProgress, BuiltArchive } from './snapshot.js';
import type { PreparedChunk, RequestedFile } from './files.js';

/**
 * What the download workflow asks of a worker. Every activity is idempotent: running it twice, or on two workers
 * at once, leaves what running it once leaves. Failures carry a code of the error table as their type.
 */
export interface DownloadActivities {
  /** Finds each file and pins its version. Missing files are a result, not a failure. */
  prepareFiles: (input: PrepareFilesInput) => Promise<PreparedChunk>;

  /** Streams all files into one archive in the object store, and writes down what became of each of them. */
  buildArchive: (input: BuildArchiveInput) => Promise<BuiltArchive>;

  /** Proves that the stored archive is the one that was sent, and removes everything else of the job. */
  publishArchive: (input: PublishArchiveInput) => Promise<{ attempt: number }>;

  /** Leaves nothing in the object store of what this run of the job wrote, unfinished uploads included. */
  removeArtifacts: (input: { jobId: string }) => Promise<void>;
}

export interface PrepareFilesInput {
  jobId: string;
  userId: string;
  files: RequestedFile[];
  /** Position of the first of `files` in the job. */
  firstIndex: number;
  /** With `skip` a file whose server is out of order on the last attempt is missing. */
  onFileError: OnFileError;
  /** Whether the files found travel in the result, or in a manifest in the object store. */
  inline: boolean;
}

export interface BuildArchiveInput {
  jobId: string;
  archive: ArchiveOptions;
  onFileError: OnFileError;
  /** RFC 3339; the time every entry gets. */
  createdAt: string;
  chunks: PreparedChunk[];
  /** How far an earlier worker was that handed the build over; progress shown never falls below it. */
  handedOver: BuildProgress | null;
}

export interface PublishArchiveInput {
  jobId: string;
  key: string;
  /** Bytes the object must have. */
  size: number;
}

/**
 * Type of the failure by which a worker that shuts down gives its activity back: no attempt is used up, the workflow
 * schedules it anew. Its one detail is the `BuildProgress` reached, or null.
 */
export const HANDED_OVER = 'HandedOver';
