import { ActivityFailure, ApplicationFailure, CancelledFailure, TimeoutFailure } from '@temporalio/workflow';
import { HANDED_OVER } from '../../contract/activities.js';
import { type ErrorCode, isErrorCode } from '../../contract/errors.js';
import type { BuildProgress, JobError } from '../../contract/snapshot.js';
import type { DownloadJob, JobPolicy } from '../../contract/job.js';
import { bulkMessage, failInBulk } from '../../contract/file-faults.js';
import type { FailingFiles, FileId, MissingFile } from '../../contract/files.js';

/** Limits the missing files that an error message names. */
const MAX_NAMED_MISSING = 5;

/** Limits the file ids of an error, because each copy of the snapshot holds them. */
const MAX_FILE_IDS = 100;

/** Errors that a retry may fix, with the time to wait before it. */
const RETRY_AFTER_MS: Partial<Record<ErrorCode, number>> = {
  STORAGE_UNAVAILABLE: 60_000,
  SOURCE_UNAVAILABLE: 60_000,
  CATALOGUE_UNAVAILABLE: 60_000,
  WORKER_LOST: 30_000,
  JOB_TIMEOUT: 60_000,
  ARCHIVE_INCOMPLETE: 10_000,
  FILE_CHANGED: 5_000,
  INTERNAL_ERROR: 60_000,
};

const WORKER_LOST_MESSAGE =
  'The worker that built the archive stopped responding on every attempt. Try again.';
const TOO_SLOW_MESSAGE = 'A step of the download timed out. Try again, or request fewer files at once.';
const UNKNOWN_MESSAGE =
  'Something went wrong while the download was built. Try again, or give the support id to the operator.';

/** Converts the error of a failed job into its public form. */
export function jobErrorOf(error: unknown, supportId: string): JobError {
  const { code, message, fileIds = [] } = reasonOf(error);
  return { code, message, retryAfterMs: RETRY_AFTER_MS[code] ?? null, supportId, fileIds };
}

function reasonOf(error: unknown): { code: ErrorCode; message: string; fileIds?: FileId[] } {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure && isErrorCode(cause.type)) {
    const [detail] = (cause.details ?? []) as ({ fileIds?: FileId[] } | null)[];
    return { code: cause.type, message: cause.message, fileIds: detail?.fileIds ?? [] };
  }
  if (cause instanceof TimeoutFailure) {
    return cause.timeoutType === 'HEARTBEAT'
      ? { code: 'WORKER_LOST', message: WORKER_LOST_MESSAGE }
      : { code: 'JOB_TIMEOUT', message: TOO_SLOW_MESSAGE };
  }
  return { code: 'INTERNAL_ERROR', message: UNKNOWN_MESSAGE };
}

/** Returns the failure that closes the workflow. Its type is an error code, so that operators can search for it. */
export function permanentFailure(
  code: ErrorCode,
  message: string,
  fileIds: FileId[] = [],
): ApplicationFailure {
  const details = fileIds.length === 0 ? {} : { details: [{ fileIds }] };
  return ApplicationFailure.create({ type: code, message, nonRetryable: true, ...details });
}

/** Returns the failure of a job that exceeded `DOWNLOAD_JOB_TIMEOUT_MS`. */
export function timeoutFailure(job: DownloadJob): ApplicationFailure {
  const seconds = Math.round(job.policy.timeoutMs / 1_000);
  return permanentFailure(
    'JOB_TIMEOUT',
    `The download was not ready within ${seconds} s. Try again, or request fewer files at once.`,
  );
}

/** Returns the failure of a job with these missing files; undefined when it can continue. */
export function missingFilesFailure(
  job: DownloadJob,
  missing: MissingFile[],
  count: number,
  failing?: FailingFiles,
) {
  if (count === 0) return undefined;
  const total = job.files.length;
  if (failing && failInBulk(failing, total)) {
    return permanentFailure(failing.first.code, bulkMessage(failing, total));
  }
  const list = listMissing(missing, count);
  const fileIds = missing.slice(0, MAX_FILE_IDS).map(({ fileId }) => fileId);
  if (count === job.files.length && job.onFileError === 'skip') {
    return permanentFailure('NO_FILES_AVAILABLE', `None of the files is available. ${list}`, fileIds);
  }
  return job.onFileError === 'fail'
    ? permanentFailure(missing[0]?.code ?? 'FILE_NOT_FOUND', list, fileIds)
    : undefined;
}

function listMissing(missing: MissingFile[], count: number): string {
  const shown = missing.slice(0, MAX_NAMED_MISSING);
  const rest = count - shown.length;
  const sentences = shown.map((file) => file.message).join(' ');
  return rest > 0 ? `${sentences} And ${rest} more.` : sentences;
}

/** Returns the failure of a job whose files exceed `MAX_BYTES_PER_JOB` together. */
export function tooLargeFailure(bytes: number, maxBytes: number): ApplicationFailure {
  return permanentFailure(
    'JOB_TOO_LARGE',
    `The files have ${bytes} bytes in total; the limit is ${maxBytes}. Request fewer files at once.`,
  );
}

/** Returns the progress in a hand-over; undefined for every other error. */
export function handOverOf(error: unknown): { progress: BuildProgress | null } | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  if (!(cause instanceof ApplicationFailure) || cause.type !== HANDED_OVER) return undefined;
  return { progress: (cause.details?.[0] as BuildProgress | null | undefined) ?? null };
}

/** Returns the progress of a build that failed, was cancelled, or lost its worker; null for every other error. */
export function progressReached(error: unknown): BuildProgress | null {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  if (cause instanceof TimeoutFailure) return asProgress(cause.lastHeartbeatDetails);
  if (cause instanceof CancelledFailure) return asProgress(cause.details[0]);
  // The first detail is for operators.
  return cause instanceof ApplicationFailure ? asProgress(cause.details?.[1]) : null;
}

/** Returns the last attempt of a failed step; 1 when it is unknown. */
export function attemptsOf(error: unknown, { maxAttempts }: JobPolicy): number {
  if (!(error instanceof ActivityFailure)) return 1;
  if (error.retryState === 'MAXIMUM_ATTEMPTS_REACHED') return maxAttempts;
  const [detail] = error.cause instanceof ApplicationFailure ? (error.cause.details ?? []) : [];
  return (detail as { attempt?: number } | undefined)?.attempt ?? 1;
}

function asProgress(details: unknown): BuildProgress | null {
  const progress = details as Partial<BuildProgress> | null | undefined;
  return typeof progress?.bytesHighWater === 'number' ? (progress as BuildProgress) : null;
}

/** True when the stored archive failed verification, which a rebuild may fix. */
export function isIncompleteArchive(error: unknown): boolean {
  return reasonOf(error).code === 'ARCHIVE_INCOMPLETE';
}
