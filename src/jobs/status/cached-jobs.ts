import { LRUCache } from 'lru-cache';
import { CLOCKS } from '../../concurrency/clocks.js';
import { DeadlineExceeded, within } from '../../concurrency/deadline.js';
import { SingleFlight } from '../../concurrency/single-flight.js';
import { TokenBucket } from '../../concurrency/token-bucket.js';
import { errorCodeOf } from '../../contract/errors.js';
import type { FileOutcome } from '../../contract/files.js';
import type { DownloadJob } from '../../contract/job.js';
import { queuedSnapshot } from '../../contract/queued-snapshot.js';
import { isFinal } from '../../contract/snapshot.js';
import type { Accepted, Jobs, JobView } from '../jobs.js';
import {
  MAX_STALE_MS,
  MAX_VIEWS,
  maxAgeMs,
  POLLED_WITHIN_MS,
  READS_PER_SECOND,
  slowReadMs,
} from './freshness.js';
import { mergeViews } from './merge-views.js';
import { RecentKeys } from './recent-keys.js';
import { type StatusReads, UNCOUNTED } from './status-reads.js';
import { TransferRate } from './transfer-rate.js';

interface CachedView {
  view: JobView;
  /** Start of the read. The view may lack changes made after it. */
  readAt: number;
}

/** Jobs with a cache of views that keeps the freshness rule of `freshness.ts`. One read per job at a time. */
export class CachedJobs implements Jobs {
  private readonly views = new LRUCache<string, CachedView>({ max: MAX_VIEWS });
  private readonly reads: SingleFlight<JobView>;
  private readonly budget: TokenBucket;
  private readonly polled: RecentKeys;

  /**
   * @param rate learns from every view.
   * @param isOverloaded true while this server should not read what it can answer from the cache.
   */
  constructor(
    private readonly jobs: Jobs,
    private readonly rate = new TransferRate(),
    private readonly statusReads: StatusReads = UNCOUNTED,
    private readonly isOverloaded: () => boolean = () => false,
    private readonly clocks = CLOCKS,
  ) {
    this.budget = new TokenBucket(READS_PER_SECOND, READS_PER_SECOND, clocks.steady);
    this.polled = new RecentKeys(POLLED_WITHIN_MS, clocks.steady);
    this.reads = new SingleFlight(clocks.steady);
  }

  /** Caches the view of the started job, which serves while Temporal is too busy to read it. */
  async start(job: DownloadJob, deadline: number): Promise<Accepted> {
    const accepted = await this.jobs.start(job, deadline);
    if (!accepted.replayed) {
      const { jobId } = job;
      const { runId } = accepted;
      this.replace({ jobId, runId, snapshot: queuedSnapshot(job), live: null, stale: false });
    }
    return accepted;
  }

  async view(jobId: string): Promise<JobView> {
    const cached = this.views.get(jobId);
    if (cached && this.isFresh(cached)) return this.served(cached.view);
    // A read would take the time of requests that the cache cannot answer.
    if (cached && this.isOverloaded() && this.isServable(cached))
      return this.served({ ...cached.view, stale: true });
    const isAffordable = this.reads.isRunning(jobId) || this.budget.take();
    if (!cached || !this.isServable(cached)) return this.read(jobId);
    return isAffordable ? this.readOrStale(cached) : this.served(cached.view);
  }

  async cancel(jobId: string): Promise<JobView> {
    return this.replace(await this.jobs.cancel(jobId));
  }

  files(jobId: string, offset: number, limit: number): Promise<FileOutcome[]> {
    return this.jobs.files(jobId, offset, limit);
  }

  private read(jobId: string, maxAge = Infinity): Promise<JobView> {
    const read = async () => {
      const readAt = this.clocks.steady();
      return this.keep(await this.jobs.view(jobId), readAt);
    };
    return this.reads.run(jobId, read, maxAge);
  }

  /** A read in flight that is older than the rule allows is not shared: another server may have shown a newer view. */
  private async readOrStale({ view }: CachedView): Promise<JobView> {
    const read = this.read(view.jobId, this.maxAge(view));
    try {
      return await within(slowReadMs(this.polled.count), read);
    } catch (error) {
      if (!isLate(error)) throw error;
      const last = this.views.get(view.jobId);
      return last && this.isServable(last) ? this.served({ ...last.view, stale: true }) : read;
    }
  }

  private served(view: JobView): JobView {
    this.statusReads.served('cache', view.stale);
    return view;
  }

  /** Puts a view that this server brought about in the place of older ones, and of reads in flight. */
  private replace(view: JobView): JobView {
    this.reads.detach(view.jobId);
    return this.keep(view, this.clocks.steady());
  }

  private keep(view: JobView, readAt: number): JobView {
    const { jobId } = view;
    const before = this.views.get(jobId);
    if (before && before.readAt > readAt) return before.view;
    if (isFinal(view.snapshot.status)) this.polled.delete(jobId);
    else this.polled.add(jobId);
    this.rate.observe(view);
    const paced = { polledJobs: this.polled.count, recentRate: this.rate.recent };
    const kept = { ...mergeViews(before?.view, view), ...paced };
    this.views.set(jobId, { view: kept, readAt });
    return kept;
  }

  private isFresh({ view, readAt }: CachedView): boolean {
    return this.clocks.steady() - readAt <= this.maxAge(view);
  }

  private isServable({ readAt }: CachedView): boolean {
    return this.clocks.steady() - readAt < MAX_STALE_MS;
  }

  private maxAge({ snapshot }: JobView): number {
    return maxAgeMs(this.clocks.wall() - Date.parse(snapshot.createdAt));
  }
}

function isLate(error: unknown): boolean {
  return error instanceof DeadlineExceeded || errorCodeOf(error) === 'TEMPORAL_UNAVAILABLE';
}
