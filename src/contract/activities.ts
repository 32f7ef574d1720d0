import type { ArchiveOptions, OnFileError } from './job.js';
import type { BuildProgress, BuiltArchive } from './snapshot.js';
import type { PreparedChunk, RequestedFile } from './files.js';
import type { ArchiveUpload } from './segments.js';

/**
 * Activities of the download workflow. All are idempotent: two runs, even on two workers at once, have the effect of
 * one. A failure has a code of the error table as its type.
 */
export interface DownloadActivities {
  /** Finds each file and pins its version. A missing file is part of the result, not a failure. */
  prepareFiles: (input: PrepareFilesInput) => Promise<PreparedChunk>;

  /** Builds one archive of all files in the object store and records the outcome of each file. */
  buildArchive: (input: BuildArchiveInput) => Promise<BuiltArchive>;

  /** Verifies the stored archive and deletes all other objects of this run of the job. */
  publishArchive: (input: PublishArchiveInput) => Promise<{ attempt: number }>;

  /** Deletes all objects of this run of the job from the object store, unfinished uploads included. */
  removeArtifacts: (input: RemoveArtifactsInput) => Promise<void>;
}

export interface RemoveArtifactsInput {
  jobId: string;
  /** Uploads that the run began, finished ones too. Absent from workflows of earlier versions. */
  uploads?: readonly ArchiveUpload[];
}

export interface PrepareFilesInput {
  jobId: string;
  userId: string;
  files: RequestedFile[];
  /** Position of the first of `files` in the job. */
  firstIndex: number;
  /** With `skip`, a file that its store or server fails to deliver on the last attempt counts as missing. */
  onFileError: OnFileError;
  /** True to return the files in the result, false to write them to a manifest in the object store. */
  inline: boolean;
}

export interface BuildArchiveInput {
  jobId: string;
  archive: ArchiveOptions;
  onFileError: OnFileError;
  /** RFC 3339; the modification time of entries whose source tells none. */
  createdAt: string;
  chunks: PreparedChunk[];
  /** Progress of the worker that handed the build over. Reported progress never falls below it. */
  handedOver: BuildProgress | null;
}

export interface PublishArchiveInput {
  jobId: string;
  key: string;
  /** Expected size of the object in bytes. */
  size: number;
}

/**
 * Failure type of an activity that a worker hands over when it shuts down. The workflow schedules the activity again
 * and no attempt is used up. Its only detail is the `BuildProgress` reached, or null.
 */
export const HANDED_OVER = 'HandedOver';
