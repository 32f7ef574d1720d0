import type { DownloadStatus } from 'longhaul/client';
import { isFinal } from 'longhaul/client';
import type { Leftovers } from './leftovers.js';
import type { Answer, Load } from './load.js';
import type { Row } from './row.js';

/** Everything that was seen in one row. */
export interface Seen {
  load: Pick<Load, 'answers' | 'posted' | 'rate'>;
  /** Times of `performance.now()`. */
  injectedAt: number;
  healedAt: number;
  /** By job. */
  statuses: ReadonlyMap<string, DownloadStatus>;
  /** One for each completed job; null for an archive as ordered. */
  faults: readonly (string | null)[];
  leftovers: Leftovers;
  alerts: string[] | null;
}

/** A line of the table. Times are milliseconds. */
export interface Result {
  row: string;
  posted: number;
  /** Starts a second that were sent. */
  rate: number;
  accepted: number;
  refused: number;
  otherErrors: number;
  unanswered: number;
  /** Jobs by how they ended. */
  ended: Record<string, number>;
  lost: number;
  twice: number;
  wrong: number;
  orphans: number;
  longestGapMs: number;
  p99Ms: { before: number | null; during: number | null; after: number | null };
  /** Names of the alerts that fired, in order; null without Prometheus. */
  alerts: string[] | null;
  /** The broken promises; empty if all were kept. */
  problems: string[];
}

export function resultOf(row: Row, seen: Seen): Result {
  const { answers, posted } = seen.load;
  const starts = answers.filter(({ kind }) => kind === 'start');
  const accepted = starts.filter(({ status }) => status === 202);
  const statuses = posted.map(({ jobId }) => (jobId === undefined ? undefined : seen.statuses.get(jobId)));
  const wrong = seen.faults.filter((fault) => fault !== null);
  const otherErrors = answers.filter(({ status }) => status >= 500 && status !== 503);
  const lost = posted.filter(
    ({ jobId }, i) => jobId !== undefined && !isFinal(statuses[i]?.status ?? 'queued'),
  );
  const result = {
    row: row.name,
    posted: posted.length,
    rate: seen.load.rate,
    accepted: accepted.length,
    refused: starts.filter(({ status }) => status === 503).length,
    otherErrors: otherErrors.length,
    unanswered: answers.filter(({ status }) => status === 0).length,
    ended: countedBy(posted.map((start, i) => start.error ?? endOf(statuses[i]))),
    lost: lost.length,
    ...seen.leftovers,
    wrong: wrong.length,
    longestGapMs: longestGap(accepted),
    p99Ms: p99ByPhase(starts, seen),
    alerts: seen.alerts,
  };
  return { ...result, problems: problemsOf(row, result, wrong, statuses, otherErrors) };
}

function endOf(status: DownloadStatus | undefined): string {
  return status?.error?.code ?? status?.status ?? 'unknown';
}

function problemsOf(
  row: Row,
  result: Omit<Result, 'problems'>,
  wrong: readonly string[],
  statuses: readonly (DownloadStatus | undefined)[],
  otherErrors: readonly Answer[],
): string[] {
  const counts = (['lost', 'twice', 'wrong', 'orphans', 'otherErrors'] as const).filter(
    (name) => result[name] > 0,
  );
  const ends = Object.keys(result.ended).filter((end) => end !== 'completed' && !row.mayFail?.includes(end));
  const attempts = Math.max(0, ...statuses.map((status) => status?.attempts ?? 0));
  return [
    ...counts.map((name) => `${name}: ${result[name]}`),
    ...new Set([...wrong, ...otherErrors.map(({ kind, status }) => `${kind} answered ${status}`)]),
    ...ends.map((end) => `${result.ended[end]} jobs ended as ${end}`),
    ...(row.oneAttempt && attempts > 1 ? [`a job needed ${attempts} attempts`] : []),
  ];
}

/** Returns the longest time between two accepted starts. */
function longestGap(accepted: readonly Answer[]): number {
  const times = accepted.map(({ at }) => at).toSorted((a, b) => a - b);
  return Math.max(0, ...times.slice(1).map((at, i) => at - times[i]!));
}

function p99ByPhase(starts: readonly Answer[], { injectedAt, healedAt }: Seen): Result['p99Ms'] {
  const within = (from: number, to: number) =>
    p99(starts.filter(({ at, status }) => status > 0 && at >= from && at < to).map(({ ms }) => ms));
  return {
    before: within(0, injectedAt),
    during: within(injectedAt, healedAt),
    after: within(healedAt, Number.POSITIVE_INFINITY),
  };
}

/** Returns null for no times. */
function p99(times: readonly number[]): number | null {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * 0.99) - 1)] ?? null;
}

function countedBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
