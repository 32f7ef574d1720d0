import { LRUCache } from 'lru-cache';
import { isFinal } from '../contract/types.js';
import type { JobView } from './downloads.js';
import { neverBack } from './never-back.js';

const MAX_JOBS = 10_000;

/** A view of a running job is served again for this long; a job just started changes fast, so there it is less. */
const MAX_AGE_MS = 1_000;
const MIN_AGE_MS = 100;

/**
 * One read per job at a time, however many ask, and none while the last one is fresh. A view older than one already
 * shown never takes its place, so that progress does not go back when a worker stops answering.
 */
export class StatusCache {
  private readonly views = new LRUCache<string, { view: JobView; freshUntil: number }>({ max: MAX_JOBS });
  private readonly reading = new Map<string, Promise<JobView>>();

  /** @param now a clock in milliseconds since the epoch. */
  constructor(private readonly now: () => number = Date.now) {}

  /** The view of a job, from `read` when none is fresh enough. A failing read is shared but never kept. */
  get(jobId: string, read: () => Promise<JobView>): Promise<JobView> {
    const cached = this.views.get(jobId);
    if (cached && this.now() < cached.freshUntil) return Promise.resolve(cached.view);
    const under = this.reading.get(jobId);
    if (under) return under;
    const reading = read()
      .then((view) => this.keep(neverBack(this.views.get(jobId)?.view, view)))
      .finally(() => this.reading.delete(jobId));
    this.reading.set(jobId, reading);
    return reading;
  }

  /** Makes the next `get` read: something was just done to the job. */
  expire(jobId: string): void {
    const cached = this.views.get(jobId);
    if (cached) cached.freshUntil = 0;
    this.reading.delete(jobId);
  }

  private keep(view: JobView): JobView {
    this.views.set(view.jobId, { view, freshUntil: this.now() + this.ageOf(view) });
    return view;
  }

  /** A completed job never changes again; one that failed or was cancelled may be started anew. */
  private ageOf({ snapshot }: JobView): number {
    if (snapshot.status === 'completed') return Infinity;
    if (isFinal(snapshot.status)) return MAX_AGE_MS;
    const jobAge = this.now() - Date.parse(snapshot.createdAt);
    return Math.min(MAX_AGE_MS, Math.max(MIN_AGE_MS, jobAge / 10));
  }
}
