import { type PollCounts, pollCountsIn } from './poll-counts.js';

/** Seconds since the last poll of one kind and task queue. */
export interface PollAge {
  /** Since the last poll that Temporal answered, or since the first look. */
  succeededSeconds: number;
  /** Since the last poll that ended in any way, or since no poll was open. */
  endedSeconds: number;
}

interface Seen {
  counts: PollCounts;
  succeededAt: number;
  endedAt: number;
}

/** Tells how long ago the workers of this process polled. Only the metrics of Temporal's SDK count polls without a task. */
export class PollWatch {
  private readonly seen = new Map<string, Seen>();

  /**
   * @param read returns the metrics of Temporal's SDK.
   * @param now a clock in milliseconds.
   */
  constructor(
    private readonly read: () => Promise<string>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Looks at the counts. The ages are as exact as the interval of the looks. */
  async look(): Promise<void> {
    const counts = pollCountsIn(await this.read());
    const now = this.now();
    for (const [polls, current] of counts) this.seen.set(polls, next(this.seen.get(polls), current, now));
  }

  /** By kind and task queue, such as `activity longhaul`. */
  ages(): Map<string, PollAge> {
    const now = this.now();
    return new Map(
      [...this.seen].map(([polls, { succeededAt, endedAt }]) => [
        polls,
        {
          succeededSeconds: Math.round((now - succeededAt) / 1_000),
          endedSeconds: Math.round((now - endedAt) / 1_000),
        },
      ]),
    );
  }
}

function next(before: Seen | undefined, counts: PollCounts, now: number): Seen {
  const succeeded = !before || counts.succeeded > before.counts.succeeded;
  const ended = succeeded || counts.failed > before.counts.failed || counts.outstanding === 0;
  return {
    counts,
    succeededAt: succeeded ? now : before.succeededAt,
    endedAt: ended ? now : before.endedAt,
  };
}
