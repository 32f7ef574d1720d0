import type { DownloadStatus } from '../../contract/http/answers.js';
import { isFinal, type JobSnapshot, type JobStatus } from '../../contract/snapshot.js';
import type { JobView } from '../jobs.js';

/** Shares of the progress bar: looking files up, then the bytes, then what remains until the archive is published. */
const PREPARED_PERCENT = 5;
const BUILT_PERCENT = 95;
const MOST_BEFORE_COMPLETED = 99;

/** Polls are spread over this range while a job has long to go; a job nearly done is asked for sooner. */
const POLL_MIN_MS = 500;
const POLL_LONG_MS = 4_000;
const POLL_JITTER = 1;

/**
 * The status a client reads, from what is known of the job now.
 * @param now milliseconds since the epoch.
 * @param random from 0 to 1, for the jitter that keeps clients from polling in step.
 */
export function downloadStatus(
  view: JobView,
  now: number,
  random: number,
): Omit<DownloadStatus, 'downloadUrl' | 'streamUrl' | 'eventsUrl'> {
  const { snapshot, live, jobId } = view;
  const status = statusOf(snapshot, now);
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
    nextPollInMs: isFinal(status) ? null : nextPollInMs(etaSeconds, random),
    archive: snapshot.archive,
    error: snapshot.error,
    ...(view.stale ? { stale: true as const } : {}),
  };
}

/** When the archive is deleted; of a job that still runs, the earliest moment it could be. */
export function expiresAt(snapshot: Pick<JobSnapshot, 'completedAt' | 'createdAt' | 'ttlMs'>): string {
  return new Date(Date.parse(snapshot.completedAt ?? snapshot.createdAt) + snapshot.ttlMs).toISOString();
}

/** When to ask again: a quarter of what is left, between half a second and 4 to 8 s. */
export function nextPollInMs(etaSeconds: number | null, random: number): number {
  const base = Math.min(POLL_LONG_MS, Math.max(POLL_MIN_MS, ((etaSeconds ?? 8) * 1_000) / 4));
  return Math.round(base * (1 + POLL_JITTER * random));
}

/** The status of the contract: `expired` is written down nowhere, it follows from the time. */
export function statusOf(snapshot: JobSnapshot, now: number): JobStatus {
  const expired = snapshot.status === 'completed' && now >= Date.parse(expiresAt(snapshot));
  return expired ? 'expired' : snapshot.status;
}

function progressOf(view: JobView): number {
  const { snapshot } = view;
  if (snapshot.status === 'completed') return 100;
  const { preparedFiles, totalFiles, bytesTotal } = snapshot;
  if (!allLookedUp(snapshot)) {
    // What ended while files were looked up: nobody has been shown more, and no server knows how much less.
    if (snapshot.phase === 'ended' && snapshot.startedAt !== null) return PREPARED_PERCENT;
    return Math.floor((PREPARED_PERCENT * preparedFiles) / totalFiles);
  }
  if (snapshot.phase === 'publishing') return BUILT_PERCENT;
  const done = bytesTotal ? bytesProcessed(view) / bytesTotal : filesProcessed(view) / totalFiles;
  const percent = PREPARED_PERCENT + (BUILT_PERCENT - PREPARED_PERCENT) * Math.min(1, done);
  return Math.min(MOST_BEFORE_COMPLETED, Math.floor(percent));
}

/** From here on the bytes are known, and count. */
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
  if (status === 'expired') return 'The archive has expired. Start the download again.';
  if (isFinal(status)) return snapshot.message;
  if (live?.cancelling) return 'Cancelling';
  if (live?.retry) return `${live.retry.reason} Trying again (attempt ${live.attempt}).`;
  if (snapshot.phase !== 'building') return snapshot.message;
  return `Fetching ${filesProcessed(view)} of ${snapshot.totalFiles - snapshot.skippedFiles} files`;
}

/** What the observed rate makes of the remaining bytes; null as long as nothing was observed. */
function etaOf({ snapshot, live }: JobView, now: number): number | null {
  if (snapshot.phase === 'publishing') return 1;
  if (!live?.attemptStartedAt || !snapshot.bytesTotal || live.bytes === 0) return null;
  const bytesPerMs = live.bytes / Math.max(1, now - live.attemptStartedAt);
  return Math.max(1, Math.ceil((snapshot.bytesTotal - live.bytes) / bytesPerMs / 1_000));
}
