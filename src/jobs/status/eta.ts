import type { JobPolicy } from '../../contract/job.js';
import type { JobSnapshot } from '../../contract/snapshot.js';
import type { JobView, LiveProgress } from '../jobs.js';
import { costOf, MIN_OBSERVED_MS, rateOf } from './transfer-rate.js';

/** Usual time to publish an archive: one request, and a few deletes. */
const PUBLISH_MS = 1_000;

/** A publish that runs longer meets a slow store, and its end is unknown. */
const PUBLISH_SLOW_MS = 3_000;

/**
 * Estimates the seconds until a running job is completed. Null while they are unknown: before all sizes are known, before
 * any rate was observed, and while the job waits for a slot, for a worker, or for its cancellation.
 */
export function etaOf({ snapshot, live, recentRate = null }: JobView, now: number): number | null {
  if (live?.cancelling) return null;
  switch (snapshot.phase) {
    case 'delaying':
      return seconds(afterPause(delayedUntil(snapshot), now, totalCost(snapshot), recentRate));
    case 'building':
      return live && seconds(buildMs(snapshot, live, recentRate, now));
    case 'publishing':
      return seconds(publishMs(live));
    default:
      return null;
  }
}

/**
 * Estimates the seconds from the start of a job to its end, without a wait for a slot or a worker. An operator's delay
 * counts at its maximum, otherwise half of the jobs would take longer.
 * @param rate `TransferRate.recent`.
 */
export function etaOfNewJob(
  { delay }: JobPolicy,
  files: number,
  bytes: number,
  rate: number | null,
): number | null {
  const ms = files === 0 ? null : timeFor(costOf(files, bytes), rate);
  return seconds(ms === null ? null : ms + (delay?.maxMs ?? 0));
}

/** Uses the rate of this attempt, which began at zero, as soon as it is known. */
function buildMs(
  snapshot: JobSnapshot,
  live: LiveProgress,
  recentRate: number | null,
  now: number,
): number | null {
  const cost = totalCost(snapshot);
  if (cost === null) return null;
  if (live.retry) return afterPause(live.retry.at, now, cost, recentRate);
  if (live.attemptStartedAt === null) return null;
  if ((live.attemptMs ?? 0) < MIN_OBSERVED_MS) return timeFor(cost, recentRate);
  const done = costOf(live.files, live.bytes);
  return timeFor(Math.max(0, cost - done), rateOf(done, live.attemptMs));
}

function publishMs(live: LiveProgress | null): number | null {
  if (!live) return PUBLISH_MS;
  return live.attempt > 1 || (live.attemptMs ?? 0) > PUBLISH_SLOW_MS ? null : PUBLISH_MS;
}

/** Null once the pause is over, because the job then waits for a worker. */
function afterPause(
  until: number | null,
  now: number,
  cost: number | null,
  rate: number | null,
): number | null {
  const ms = cost === null ? null : timeFor(cost, rate);
  return ms === null || until === null || until < now ? null : until - now + ms;
}

/** Cost of all files of the archive; null before all of them are looked up. */
function totalCost({ preparedFiles, totalFiles, skippedFiles, bytesTotal }: JobSnapshot): number | null {
  const isKnown = preparedFiles === totalFiles && bytesTotal !== null;
  return isKnown ? costOf(totalFiles - skippedFiles, bytesTotal) : null;
}

function delayedUntil({ delayedUntil: until }: JobSnapshot): number | null {
  return until === undefined ? null : Date.parse(until);
}

function timeFor(cost: number, rate: number | null): number | null {
  return rate === null ? null : cost / rate;
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : Math.max(1, Math.ceil(ms / 1_000));
}
