import type { DownloadStatus } from '../api.js';
import { isFinal } from '../job-status.js';

/** Links differ in each status: they have a new ticket or signature. */
const UNSEEN = /url$|^nextPollInMs$/i;

const MOVING = ['createdAt', 'status', 'message', 'progress', 'bytesProcessed'] as const;

/** Text that differs if something visible does. */
export function visible(status: object): string {
  return JSON.stringify(status, (name, value: unknown) => (UNSEEN.test(name) ? undefined : value));
}

/** True if the job moved between two statuses. An ETA changes by itself. */
export function hasMoved(last: DownloadStatus, next: DownloadStatus): boolean {
  return MOVING.some((name) => last[name] !== next[name]);
}

/** Merges a status into the last one so that nothing goes back: it may be of another server, and older. */
export function forward(last: DownloadStatus | undefined, next: DownloadStatus): DownloadStatus {
  if (!last || next.createdAt > last.createdAt) return next;
  if (next.createdAt < last.createdAt) return last;
  const merged = { ...next };
  if (next.progress < last.progress && !isFinal(next.status)) {
    merged.status = last.status;
    merged.message = last.message;
  }
  for (const name of ['progress', 'filesProcessed', 'filesSkipped', 'bytesProcessed', 'attempts'] as const) {
    merged[name] = Math.max(last[name], next[name]);
  }
  return merged;
}
