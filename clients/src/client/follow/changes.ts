import type { DownloadStatus } from '../api.js';
import { isBefore } from '../job-status.js';

/** Links differ in each status: they have a new ticket or signature. The request of a download is long, and stays. */
const UNSEEN = /url$|^(nextPollInMs|request)$/i;

const MOVING = ['createdAt', 'status', 'message', 'progress', 'bytesProcessed'];

/** Text that differs if something visible does. */
export function visible(status: object | undefined): string | undefined {
  return JSON.stringify(status, (name, value: unknown) => (UNSEEN.test(name) ? undefined : value));
}

/** True if the job moved between two statuses. An ETA changes by itself. */
export function hasMoved(last: DownloadStatus | undefined, next: DownloadStatus): boolean {
  return JSON.stringify(last, MOVING) !== JSON.stringify(next, MOVING);
}

/** Returns the newer one of two statuses, with no number below that of the other. They may be of two servers. */
export function forward(last: DownloadStatus | undefined, next: DownloadStatus): DownloadStatus {
  if (!last || next.createdAt > last.createdAt) return next;
  const isOlder =
    next.createdAt < last.createdAt ||
    isBefore(next.status, last.status) ||
    (next.status === last.status && next.progress < last.progress);
  if (isOlder) return last;
  const merged = { ...next };
  for (const name of ['progress', 'filesProcessed', 'filesSkipped', 'bytesProcessed', 'attempts'] as const) {
    if (last[name] > next[name]) merged[name] = last[name];
  }
  return merged;
}
