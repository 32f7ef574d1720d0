import { v7 as uuidV7 } from 'uuid';
import type { InitiateBody } from '../contract/schemas.js';
import {
  type ArchiveFormat,
  type DownloadJob,
  type FileId,
  fileIdOf,
  type JobPolicy,
  type RequestedFile,
} from '../contract/types.js';

/** A job made of a valid request, and the ids that stood in it more than once. */
export interface NewJob {
  job: DownloadJob;
  duplicateFileIds: FileId[];
}

/**
 * Makes the job a request asks for.
 * @param now when it was asked for, milliseconds since the epoch.
 */
export function newJob(body: InitiateBody, userId: string, policy: JobPolicy, now: number): NewJob {
  const { files, duplicateFileIds } = distinct(requestedFiles(body));
  const jobId = uuidV7({ msecs: now });
  const { format, compression, name } = body.archive;
  const job: DownloadJob = {
    jobId,
    userId,
    files,
    archive: { format, compression, name: archiveFileName(name ?? `download-${jobId.slice(-12)}`, format) },
    onFileError: body.onFileError,
    labels: body.labels,
    createdAt: new Date(now).toISOString(),
    policy,
  };
  return { job, duplicateFileIds };
}

/** The files in whichever spelling they came; a file without a name of its own is a bare id. */
function requestedFiles(body: InitiateBody): RequestedFile[] {
  if (body.files)
    return body.files.map(({ fileId, name }) => (name === undefined ? fileId : { fileId, name }));
  const single = body.fileId ?? body.file_id;
  return single === undefined ? (body.fileIds ?? body.file_ids ?? []) : [single];
}

/** Keeps each id once, where it stood first. `70000` and `"70000"` are one id: they mean the same key. */
function distinct(requested: RequestedFile[]): { files: RequestedFile[]; duplicateFileIds: FileId[] } {
  const seen = new Set<string>();
  const duplicates = new Map<string, FileId>();
  const files = requested.filter((file) => {
    const fileId = fileIdOf(file);
    if (seen.has(String(fileId))) {
      duplicates.set(String(fileId), fileId);
      return false;
    }
    seen.add(String(fileId));
    return true;
  });
  return { files, duplicateFileIds: [...duplicates.values()] };
}

/** The name with the extension of its format, once. */
function archiveFileName(name: string, format: ArchiveFormat): string {
  return name.toLowerCase().endsWith(`.${format}`) ? name : `${name}.${format}`;
}
