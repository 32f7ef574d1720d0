import { within } from './deadline.js';

/** How long a worker may take to answer before the workers count as silent. */
const SILENT_AFTER_MS = 1_200;
/** What was found is believed for this long; after it the next one who wants to know asks again. */
const BELIEVED_MS = 1_000;
/** Somebody has to have asked lately for an older finding to be worth more than waiting for a new one. */
const REMEMBERED_MS = 5_000;

/**
 * Whether workers answer, for all jobs of this process together: they share the workers, so one question a second tells
 * it, and an outage of workers makes neither a status slow nor Temporal busy.
 */
export class WorkerProbe {
  private found: { answering: boolean; at: number } | undefined;
  private asking: Promise<boolean> | undefined;

  /** @param now a clock in milliseconds since the epoch. */
  constructor(private readonly now: () => number = Date.now) {}

  /** @param ask asks a worker, and rejects when none answers. It is not called when the answer is known. */
  async answering(ask: () => Promise<unknown>): Promise<boolean> {
    const age = this.found ? this.now() - this.found.at : Infinity;
    if (this.found && age < BELIEVED_MS) return this.found.answering;
    this.asking ??= this.probe(ask).finally(() => (this.asking = undefined));
    return this.found && age < REMEMBERED_MS ? this.found.answering : this.asking;
  }

  private async probe(ask: () => Promise<unknown>): Promise<boolean> {
    const answer = ask().then(() => this.note(true));
    // Also when it comes too late for those who wait now: a busy worker is not a dead one.
    answer.catch(() => {});
    try {
      return await within(SILENT_AFTER_MS, answer);
    } catch {
      return this.note(false);
    }
  }

  private note(answering: boolean): boolean {
    this.found = { answering, at: this.now() };
    return answering;
  }
}
