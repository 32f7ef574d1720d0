import { createHash } from 'node:crypto';
import { v5 as uuidV5, v7 as uuidV7 } from 'uuid';
import type { InitiateBody } from '../contract/http/schemas.js';
import type { ArchiveFormat, DownloadJob, JobPolicy } from '../contract/job.js';
import { LonghaulError } from '../contract/errors.js';
import { type FileId, fileIdOf, type RequestedFile } from '../contract/files.js';

/** A job made from a valid request, and the ids that the request named more than once. */
export interface NewJob {
  job: DownloadJob;
  duplicateFileIds: FileId[];
}

/** Namespace of job ids that are derived from a user and a key (UUID version 5, RFC 9562 section 5.5). */
const KEYED_JOBS = '5d9f1d5e-6a0c-4f7e-9a55-1f6f2c1f7a34';

/**
 * Limits the ids and names of one job, in bytes of JSON. Temporal refuses a workflow input above 2 MiB, and the rest of a
 * job takes less than 100 kB.
 */
const MAX_FILES_BYTES = 1_900_000;

/**
 * Makes the job of a request. With an idempotency key, the job id is derived from user and key, so every server finds
 * the same job; without a key, the id is new and sorts by time (UUID version 7).
 * @param now time of the request, milliseconds since the epoch.
 * @throws LonghaulError FILE_LIST_TOO_LARGE
 */
export function newJob(body: InitiateBody, userId: string, policy: JobPolicy, now: number): NewJob {
  const { files, duplicateFileIds } = distinct(requestedFiles(body));
  assertStorable(files);
  const key = body.clientRequestId;
  const jobId =
    key === undefined ? uuidV7({ msecs: now }) : uuidV5(JSON.stringify([userId, key]), KEYED_JOBS);
  const { format, compression, name } = body.archive;
  const job: DownloadJob = {
    jobId,
    userId,
    files,
    archive: { format, compression, name: archiveFileName(name ?? defaultName(files, jobId, now), format) },
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

/** Tells what a person remembers: how many files, and when. The last digits keep downloads of a day apart. */
function defaultName({ length }: RequestedFile[], jobId: string, now: number): string {
  const day = new Date(now).toISOString().slice(0, 10);
  return `${length}-${length === 1 ? 'file' : 'files'}-${day}-${jobId.slice(-4)}`;
}

function assertStorable(files: RequestedFile[]): void {
  const bytes = Buffer.byteLength(JSON.stringify(files));
  if (bytes <= MAX_FILES_BYTES) return;
  const [taken, limit] = [bytes, MAX_FILES_BYTES].map((count) => count.toLocaleString('en-US'));
  const message = `The ids and names of the files take ${taken} bytes; the limit is ${limit}. Use shorter names, or start several downloads.`;
  throw new LonghaulError('FILE_LIST_TOO_LARGE', message);
}

/** Fingerprint of a request; equal for all spellings of the same request. */
function fingerprintOf(body: InitiateBody, files: RequestedFile[]): string {
  const { archive, onFileError, priority, labels } = body;
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
    callbackOf(body),
  ]);
  return createHash('sha256').update(asked).digest('base64url');
}

function callbackOf(body: InitiateBody): string | null {
  return body.callbackUrl ?? body.callback_url ?? null;
}

/** Reads the files in any of the accepted spellings; a file without a requested name becomes a bare id. */
function requestedFiles(body: InitiateBody): RequestedFile[] {
  if (body.files)
    return body.files.map(({ fileId, name }) => (name === undefined ? fileId : { fileId, name }));
  const single = body.fileId ?? body.file_id;
  return single === undefined ? (body.fileIds ?? body.file_ids ?? []) : [single];
}

/** Keeps the first occurrence of each id. `70000` and `"70000"` are one id: they name the same key. */
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

/** Appends the extension of the format unless the name has it. */
function archiveFileName(name: string, format: ArchiveFormat): string {
  return name.toLowerCase().endsWith(`.${format}`) ? name : `${name}.${format}`;
}
