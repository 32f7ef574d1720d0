import { compareJobs } from '../../jobs/cursors.js';
import type { JobCursor } from '../../jobs/job-list.js';

/** One of possibly several runs of a job. */
export interface IndexedRun extends JobCursor {
  runId: string;
}

/**
 * Runs that began in a span of time (milliseconds since the epoch, null for no bound), in no order that would be of use:
 * Temporal's SQL index sorts by the time of closing and cannot be told otherwise. The bounds may be taken roughly.
 */
export type RunIndex<T extends IndexedRun> = (from: number | null, to: number | null) => AsyncIterable<T>;

export interface Batch<T> {
  /** Newest first. */
  runs: T[];
  /** Every run up to here has been told; null when there are no more. */
  reached: JobCursor | null;
  /** How many runs were read for it. */
  read: number;
}

/** A list of no more is read whole, at once; and of a longer one no more are in memory than twice as many. */
export const FEW = 200;

/** Spans of time, looked into one after the other; behind the last follows all that is older. */
const FIRST_SPAN_MS = 60_000;
const SPAN_GROWTH = 8;
const LAST_SPAN_MS = FIRST_SPAN_MS * SPAN_GROWTH ** 7;

/** What clocks and roundings of an index may differ by. */
const SLACK_MS = 1_000;

/** Behind every job that began in the same millisecond. */
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/**
 * All runs behind `after` in the order of their start, newest first, though the index has no such order: a short list is
 * sorted, a long one is read span by span, and of a crowded span only the newest are kept, and then the next newest.
 * @param now milliseconds since the epoch.
 */
export async function* newestFirst<T extends IndexedRun>(
  index: RunIndex<T>,
  after: JobCursor | null,
  now: number,
): AsyncGenerator<Batch<T>> {
  const all = await newestOf(index, null, after, FEW);
  if (all.read <= FEW) {
    yield { ...all, reached: null };
    return;
  }
  let end = after;
  let span = FIRST_SPAN_MS;
  let from: number | null = Math.min(end?.startedAt ?? now, now) - span;
  for (;;) {
    const { runs, cut, read }: Newest<T> = await newestOf(index, from, end);
    end = cut ?? (from === null ? null : { startedAt: from, jobId: LAST_ID });
    yield { runs, reached: end, read };
    if (end === null) return;
    // A span that was cut short is looked into once more, behind what was told of it.
    if (cut) continue;
    span *= SPAN_GROWTH;
    from = span > LAST_SPAN_MS ? null : end.startedAt - span;
  }
}

interface Newest<T> {
  runs: T[];
  /** The last of `runs` when there are more behind it. */
  cut: JobCursor | null;
  read: number;
}

/**
 * The newest runs behind `after` that began at `from` or later; `FEW` at most.
 * @param most gives up, having read one more.
 */
async function newestOf<T extends IndexedRun>(
  index: RunIndex<T>,
  from: number | null,
  after: JobCursor | null,
  most = Infinity,
): Promise<Newest<T>> {
  const kept = new Map<string, T>();
  let read = 0;
  let cut: JobCursor | null = null;
  const shrink = () => {
    const sorted = [...kept.values()].toSorted(compareJobs);
    for (const run of sorted.slice(FEW)) kept.delete(run.runId);
    if (sorted.length > FEW) cut = sorted[FEW - 1]!;
  };
  const span = [from && from - SLACK_MS, after && after.startedAt + SLACK_MS] as const;
  for await (const run of index(...span)) {
    if (++read > most) break;
    const isWithin = run.startedAt >= (from ?? 0) && (!after || compareJobs(after, run) < 0);
    // The same run comes twice when it closes meanwhile: closed ones stand in another place of the index.
    if (isWithin && (!cut || compareJobs(run, cut) <= 0)) kept.set(run.runId, run);
    if (kept.size >= 2 * FEW) shrink();
  }
  shrink();
  return { runs: [...kept.values()].toSorted(compareJobs), cut, read };
}
