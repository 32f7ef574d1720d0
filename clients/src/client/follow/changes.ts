import type { DownloadStatus } from '../api.js';

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

/** The order of states within a run. A state that is not in it may follow and precede any. */
const ORDER: Partial<Record<string, number>> = {
  queued: 0,
  running: 1,
  processing_artifacts: 2,
  completed: 3,
  failed: 3,
  cancelled: 3,
  expired: 4,
};

/** Returns the newer one of two statuses, with no number below that of the other. They may be of two servers. */
export function forward(last: DownloadStatus | undefined, next: DownloadStatus): DownloadStatus {
  if (!last || next.createdAt > last.createdAt) return next;
  const isOlder =
    next.createdAt < last.createdAt ||
    ORDER[next.status]! < ORDER[last.status]! ||
    (next.status === last.status && next.progress < last.progress);
  if (isOlder) return last;
  const merged = { ...next };
  for (const name of ['progress', 'filesProcessed', 'filesSkipped', 'bytesProcessed', 'attempts'] as const) {
    if (last[name] > next[name]) merged[name] = last[name];
  }
  return merged;
}
