import type { LinkedStatus } from '../../contract/http/answers.js';
import { isFinal, type JobSnapshot, type JobStatus } from '../../contract/snapshot.js';
import type { JobView } from '../jobs.js';
import { etaOf } from './eta.js';
import { pollFloorMs } from './freshness.js';

/** Shares of the progress bar: looking up files, then bytes, then publishing the archive. */
const PREPARED_PERCENT = 5;
const BUILT_PERCENT = 95;
const MOST_BEFORE_COMPLETED = 99;

/** The interval between two polls of a job that has long to go; a job that is nearly done is polled sooner. */
const POLL_LONG_MS = 4_000;

/** Share of the shortest interval that jitter adds, so that clients do not poll in step. */
const FLOOR_JITTER = 0.2;

/** The message of a job whose archive was deleted before it expired. */
export const ARCHIVE_DELETED = 'The archive is no longer in the object store. Start the download again.';

/** The statuses in which the same key, or a retry, runs the job again. */
const RESTARTABLE: ReadonlySet<JobStatus> = new Set(['failed', 'cancelled', 'expired']);

/**
 * Makes the status that a client reads.
 * @param now milliseconds since the epoch.
 * @param random from 0 to 1, for the jitter that spreads polls.
 */
export function downloadStatus(
  view: JobView,
  now: number,
  random: number,
): Omit<LinkedStatus, 'downloadUrl' | 'streamUrl' | 'eventsUrl'> {
  const { snapshot, live, jobId } = view;
  const status = view.isArchiveGone ? 'expired' : statusOf(snapshot, now);
  const etaSeconds = isFinal(status) ? null : etaOf(view, now);
  return {
    jobId,
    status,
    progress: progressOf(view),
    message: messageOf(view, status),
    filesProcessed: snapshot.archive?.files ?? filesProcessed(view),
    filesSkipped: snapshot.archive?.skipped ?? snapshot.skippedFiles,
    totalFiles: snapshot.totalFiles,
    bytesProcessed: bytesProcessed(view),
    bytesTotal: allLookedUp(snapshot) ? snapshot.bytesTotal : null,
    etaSeconds,
    attempts: Math.max(snapshot.attempts, live?.attempt ?? 1),
    queuePosition: view.queuePosition ?? null,
    createdAt: snapshot.createdAt,
    startedAt: snapshot.startedAt,
    completedAt: snapshot.completedAt,
    expiresAt: expiresAt(snapshot),
    nextPollInMs: isFinal(status) ? null : pollInMs(view, etaSeconds, now, random),
    archiveName: snapshot.archiveName ?? snapshot.archive?.name ?? null,
    format: snapshot.format ?? null,
    labels: snapshot.labels ?? {},
    archive: snapshot.archive,
    error: snapshot.error && { ...snapshot.error, fileIds: snapshot.error.fileIds ?? [] },
    ...(view.stale ? { stale: true as const } : {}),
  };
}

/** The time at which the archive expires; for a running job, the earliest time at which it could. */
export function expiresAt(snapshot: Pick<JobSnapshot, 'completedAt' | 'createdAt' | 'ttlMs'>): string {
  return new Date(Date.parse(snapshot.completedAt ?? snapshot.createdAt) + snapshot.ttlMs).toISOString();
}

/**
 * The interval until the next poll: a quarter of the remaining time, at most 4 s, plus a random jitter of up to 100 %.
 * @param remainingMs for a job of unknown end, its age: most jobs end young, so young ones are polled often.
 * @param floorMs the shortest interval; its jitter is small, so that the last view is young enough to serve.
 */
export function nextPollInMs(remainingMs: number, floorMs: number, random: number): number {
  const wanted = Math.min(POLL_LONG_MS, remainingMs / 4);
  return Math.round(Math.max(floorMs * (1 + FLOOR_JITTER * random), wanted * (1 + random)));
}

/** The interval from the start of a job to its first poll. */
export function firstPollInMs(random: number): number {
  return nextPollInMs(0, pollFloorMs(0, 0), random);
}

function pollInMs(
  { snapshot, polledJobs = 0, stale }: JobView,
  etaSeconds: number | null,
  now: number,
  random: number,
): number {
  const ageMs = now - Date.parse(snapshot.createdAt);
  // The ETA of a young job comes from other jobs, so its first polls are frequent anyway.
  const remainingMs = etaSeconds === null ? ageMs : Math.min(etaSeconds * 1_000, 4 * ageMs);
  return nextPollInMs(remainingMs, pollFloorMs(ageMs, polledJobs, stale), random);
}

/** The status of the contract. `expired` is stored nowhere: it follows from the time. */
export function statusOf(snapshot: JobSnapshot, now: number): JobStatus {
  const expired = snapshot.status === 'completed' && now >= Date.parse(expiresAt(snapshot));
  return expired ? 'expired' : snapshot.status;
}

/** True for a job that the same key, or a retry, runs again. */
export function isRestartable(status: JobStatus): boolean {
  return RESTARTABLE.has(status);
}

function progressOf(view: JobView): number {
  const { snapshot } = view;
  if (snapshot.status === 'completed') return 100;
  const { preparedFiles, totalFiles, bytesTotal } = snapshot;
  if (!allLookedUp(snapshot)) {
    // The job ended during the look-up: its progress is unknown, but no server showed more than this.
    if (snapshot.phase === 'ended' && snapshot.startedAt !== null) return PREPARED_PERCENT;
    return Math.floor((PREPARED_PERCENT * preparedFiles) / totalFiles);
  }
  if (snapshot.phase === 'publishing') return BUILT_PERCENT;
  const done = bytesTotal ? bytesProcessed(view) / bytesTotal : filesProcessed(view) / totalFiles;
  const percent = PREPARED_PERCENT + (BUILT_PERCENT - PREPARED_PERCENT) * Math.min(1, done);
  return Math.min(MOST_BEFORE_COMPLETED, Math.floor(percent));
}

/** True once the total of bytes is known: progress counts bytes from here on. */
function allLookedUp(snapshot: JobSnapshot): boolean {
  return snapshot.preparedFiles === snapshot.totalFiles;
}

function bytesProcessed({ snapshot, live }: JobView): number {
  return Math.max(snapshot.bytesHighWater, live?.bytesHighWater ?? 0);
}

function filesProcessed({ snapshot, live }: JobView): number {
  return Math.max(snapshot.filesHighWater, live?.filesHighWater ?? 0);
}

function messageOf(view: JobView, status: JobStatus): string {
  const { snapshot, live } = view;
  if (view.isArchiveGone) return ARCHIVE_DELETED;
  if (status === 'expired') return 'The archive has expired. Start the download again.';
  if (isFinal(status)) return snapshot.message;
  if (live?.cancelling) return 'Cancelling';
  if (live?.retry) return `${live.retry.reason} Trying again (attempt ${live.attempt}).`;
  if (snapshot.phase !== 'building') return snapshot.message;
  return `Fetching ${filesProcessed(view)} of ${snapshot.totalFiles - snapshot.skippedFiles} files`;
}
