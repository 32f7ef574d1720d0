import type { DownloadStatus } from '../api.js';
import { forward, hasMoved } from '../follow/changes.js';
import { isFinal } from '../job-status.js';
import type { Item, State } from './item.js';
import { merged } from './records.js';
import { withSample } from './speed.js';

/** A part of the state of a download that is new, learned here or in another tab. */
export type News = Partial<State>;

/** Takes news over. */
export function fold(item: Item, { record, status, own, ...rest }: News): void {
  if (record) {
    item.record = merged(item.record, record);
    item.request ??= record.request ?? null;
  }
  // News come only to those who are signed in.
  if (item.connection === 'signed-out' && (status || rest.connection)) {
    item.connection = 'polling';
    item.failure = null;
  }
  if (status) learn(item, status);
  // A tab without a status knows less than one with a status.
  if (own && (own !== 'starting' || !item.status)) item.own = own;
  if (rest.failure) item.canRetryAt = retryAt(rest.failure, Date.now());
  Object.assign(item, rest);
  // Also after an action on an ended download, which nothing follows.
  if (rest.failure?.status === 401) item.connection = 'signed-out';
}

/** Takes a status over, unless it is older than the present one. */
function learn(item: Item, read: DownloadStatus): void {
  const last = item.status;
  const status = forward(last, read);
  const now = Date.now();
  item.readAt = now;
  if (hasMoved(last, status)) item.newsAt = now;
  if (item.own || last?.status !== status.status) item.failure = null;
  item.own = undefined;
  item.status = status;
  item.isAwaited = !isFinal(status.status);
  item.samples = withSample(status.createdAt === last?.createdAt ? item.samples : [], status, now);
  // The clock of the server may be ahead.
  item.canRetryAt = retryAt(status.error, Math.min(Date.parse(status.completedAt!), now));
  const { jobId, archiveName, createdAt, expiresAt } = status;
  item.record = { ...item.record, jobId, name: archiveName ?? item.record.name, createdAt, expiresAt };
}

function retryAt(error: { retryAfterMs?: number | null } | null | undefined, from: number): number | null {
  const ms = error?.retryAfterMs;
  return typeof ms === 'number' ? from + ms : null;
}
