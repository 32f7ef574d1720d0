import type { ErrorCode } from '../../contract/errors.js';
import type { DownloadJob } from '../../contract/job.js';
import { type FileOutcome, fileIdOf, type PreparedChunk } from '../../contract/files.js';

/**
 * Returns the state of each file while the job runs, or after it ended without an archive. Large jobs keep their
 * chunks in the object store, so only their first missing files are known here.
 */
export function fileOutcomes(
  job: DownloadJob,
  chunks: readonly PreparedChunk[],
  offset: number,
  limit: number,
): FileOutcome[] {
  const known = new Map<number, Pick<FileOutcome, 'name' | 'size' | 'state' | 'error'>>();
  for (const chunk of chunks) {
    for (const file of Array.isArray(chunk.files) ? chunk.files : []) {
      known.set(file.index, { name: file.name, size: file.size, state: 'prepared', error: null });
    }
    for (const { index, code, message } of chunk.missing) known.set(index, missing(job, code, message));
  }
  return job.files.slice(offset, offset + limit).map((file, i) => ({
    fileId: fileIdOf(file),
    ...(known.get(offset + i) ?? { name: null, size: null, state: 'pending', error: null }),
  }));
}

function missing(job: DownloadJob, code: ErrorCode, message: string) {
  const state = job.onFileError === 'skip' ? ('skipped' as const) : ('failed' as const);
  return { name: null, size: null, state, error: { code, message } };
}
