import type { ErrorCode } from '../../contract/errors.js';
import type { DownloadJob } from '../../contract/job.js';
import type { JobError } from '../../contract/snapshot.js';
import {
  type FileId,
  type FileOutcome,
  fileIdOf,
  type PreparedChunk,
  type RequestedFile,
} from '../../contract/files.js';

/** Files of a job, as its workflow knows them. */
export interface KnownFiles {
  job: DownloadJob;
  /** The chunks that are looked up. */
  chunks: readonly PreparedChunk[];
  /** The error of a failed job. */
  error: JobError | null;
}

type Known = Pick<FileOutcome, 'name' | 'size' | 'state' | 'error'>;

/**
 * Returns the state of each file while the job runs, or after it ended without an archive. Large jobs keep their
 * chunks in the object store, so only their first missing files are known here.
 */
export function fileOutcomes(files: KnownFiles, offset: number, limit: number): FileOutcome[] {
  const { job, chunks } = files;
  const known = new Map<number, Known>();
  for (const chunk of chunks) {
    for (const file of Array.isArray(chunk.files) ? chunk.files : []) {
      known.set(file.index, { name: file.name, size: file.size, state: 'prepared', error: null });
    }
    for (const { index, code, message } of chunk.missing) known.set(index, missing(job, code, message));
  }
  const failed = failedIn(files.error);
  return job.files.slice(offset, offset + limit).map((file, i) => {
    const fileId = fileIdOf(file);
    const outcome = known.get(offset + i) ?? pending(file);
    return { fileId, ...outcome, ...(outcome.error ? {} : failed(fileId)) };
  });
}

/** Tells the requested name, so that a request can be made again from the outcomes. */
function pending(file: RequestedFile): Known {
  return { name: typeof file === 'object' ? file.name : null, size: null, state: 'pending', error: null };
}

/** Returns the outcome of the files that a build failed for; undefined for all other files. */
function failedIn(error: JobError | null): (fileId: FileId) => Pick<Known, 'state' | 'error'> | undefined {
  const ids = new Set(error?.fileIds);
  if (!error || ids.size === 0) return () => undefined;
  const { code, message } = error;
  return (fileId) => (ids.has(fileId) ? { state: 'failed', error: { code, message } } : undefined);
}

function missing(job: DownloadJob, code: ErrorCode, message: string) {
  const state = job.onFileError === 'skip' ? ('skipped' as const) : ('failed' as const);
  return { name: null, size: null, state, error: { code, message } };
}
