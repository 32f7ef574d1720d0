import { createHash } from 'node:crypto';
import { v5 as uuidV5, v7 as uuidV7 } from 'uuid';
import type { InitiateBody } from '../contract/http/schemas.js';
import type { ArchiveFormat, DownloadJob, JobPolicy } from '../contract/job.js';
import { type FileId, fileIdOf, type RequestedFile } from '../contract/files.js';

/** A job made of a valid request, and the ids that stood in it more than once. */
export interface NewJob {
  job: DownloadJob;
  duplicateFileIds: FileId[];
}

/** Namespace of the job ids that are made of a user and a key (UUID version 5, RFC 9562 section 5.5). */
const KEYED_JOBS = '5d9f1d5e-6a0c-4f7e-9a55-1f6f2c1f7a34';

/**
 * Makes the job a request asks for. Under an idempotency key its id follows from user and key, so that whoever starts it
 * twice meets the first one, on any server; without a key the id is new and sorts by time (UUID version 7).
 * @param now when it was asked for, milliseconds since the epoch.
 */
export function newJob(body: InitiateBody, userId: string, policy: JobPolicy, now: number): NewJob {
  const { files, duplicateFileIds } = distinct(requestedFiles(body));
  const key = body.clientRequestId;
  const jobId =
    key === undefined ? uuidV7({ msecs: now }) : uuidV5(JSON.stringify([userId, key]), KEYED_JOBS);
  const { format, compression, name } = body.archive;
  const job: DownloadJob = {
    jobId,
    userId,
    files,
    archive: { format, compression, name: archiveFileName(name ?? `download-${jobId.slice(-12)}`, format) },
    onFileError: body.onFileError,
    priority: body.priority,
    labels: body.labels,
    callbackUrl: callbackOf(body),
    createdAt: new Date(now).toISOString(),
    fingerprint: key === undefined ? null : fingerprintOf(body, files),
    policy,
  };
  return { job, duplicateFileIds };
}

/** Equal for bodies that ask for the same, however they spell it. */
function fingerprintOf(body: InitiateBody, files: RequestedFile[]): string {
  const { archive, onFileError, priority, labels } = body;
  const callback = callbackOf(body);
  const sortedLabels = Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const asked = JSON.stringify([
    // `70000` and `"70000"` are one id.
    files.map((file) => (typeof file === 'object' ? [String(file.fileId), file.name] : String(file))),
    archive.format,
    archive.compression,
    archive.name,
    onFileError,
    priority,
    sortedLabels,
    // Left out when there is none: keys that were used before there were callbacks go on being known.
    ...(callback === null ? [] : [callback]),
  ]);
  return createHash('sha256').update(asked).digest('base64url');
}

function callbackOf(body: InitiateBody): string | null {
  return body.callbackUrl ?? body.callback_url ?? null;
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
