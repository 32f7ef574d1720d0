import { errorCodeOf } from '../../contract/errors.js';
import { isFinal } from '../../contract/snapshot.js';
import type { Jobs, JobView } from '../jobs.js';
import { pacedMs, WATCH_INTERVAL_MS } from './freshness.js';
import { statusFingerprint } from './status-fingerprint.js';

export interface JobListener {
  /** A client may see a difference between this view and the one before. */
  changed(view: JobView): void;
  /** Temporal knows no such job any more. No further call follows. */
  gone(): void;
}

interface Watcher {
  jobId: string;
  fingerprint: string;
  listeners: Set<JobListener>;
  timer: NodeJS.Timeout | undefined;
}

/** One poller per watched job, however many listen: it feeds every stream and every held request. */
export class JobWatchers {
  private readonly watchers = new Map<string, Watcher>();
  private readonly closing = new AbortController();

  constructor(private readonly jobs: Pick<Jobs, 'view'>) {}

  /** Aborts when the server shuts down: held requests end then. */
  get closed(): AbortSignal {
    return this.closing.signal;
  }

  /**
   * Calls `listener` at every change of the job until it ends. While Temporal is unavailable, it makes no calls.
   * @param view the latest view that the listener knows; of a job that has not ended.
   * @returns a function that removes the listener.
   */
  watch(view: JobView, listener: JobListener): () => void {
    const watcher = this.watchers.get(view.jobId) ?? this.add(view);
    // The listener and the watcher know different views, so the next read is a change for one of them.
    if (watcher.fingerprint !== statusFingerprint(view, Date.now())) watcher.fingerprint = '';
    watcher.listeners.add(listener);
    return () => {
      watcher.listeners.delete(listener);
      if (watcher.listeners.size === 0) this.remove(watcher);
    };
  }

  /** Removes all listeners. */
  close(): void {
    this.closing.abort();
    for (const watcher of this.watchers.values()) this.remove(watcher);
  }

  private add(view: JobView): Watcher {
    const { jobId } = view;
    const fingerprint = statusFingerprint(view, Date.now());
    const watcher: Watcher = { jobId, fingerprint, listeners: new Set(), timer: undefined };
    this.watchers.set(jobId, watcher);
    this.scheduleRead(watcher, view);
    return watcher;
  }

  private remove(watcher: Watcher): void {
    clearTimeout(watcher.timer);
    if (this.isWatched(watcher)) this.watchers.delete(watcher.jobId);
  }

  private isWatched(watcher: Watcher): boolean {
    return this.watchers.get(watcher.jobId) === watcher;
  }

  private scheduleRead(watcher: Watcher, last: JobView | undefined): void {
    const ms = Math.max(WATCH_INTERVAL_MS, pacedMs(last?.polledJobs ?? this.watchers.size));
    watcher.timer = setTimeout(() => void this.readAndNotify(watcher), ms);
  }

  private async readAndNotify(watcher: Watcher): Promise<void> {
    const read = await this.read(watcher.jobId);
    if (!this.isWatched(watcher)) return;
    if (read === 'gone') this.notifyGone(watcher);
    else if (read) this.notify(watcher, read);
    if (this.isWatched(watcher)) this.scheduleRead(watcher, read === 'gone' ? undefined : read);
  }

  /** Undefined while Temporal is unavailable. */
  private async read(jobId: string): Promise<JobView | 'gone' | undefined> {
    try {
      return await this.jobs.view(jobId);
    } catch (error) {
      return errorCodeOf(error) === 'JOB_NOT_FOUND' ? 'gone' : undefined;
    }
  }

  private notify(watcher: Watcher, view: JobView): void {
    const fingerprint = statusFingerprint(view, Date.now());
    if (fingerprint !== watcher.fingerprint) {
      watcher.fingerprint = fingerprint;
      for (const listener of watcher.listeners) listener.changed(view);
    }
    if (isFinal(view.snapshot.status)) this.remove(watcher);
  }

  private notifyGone(watcher: Watcher): void {
    this.remove(watcher);
    for (const listener of watcher.listeners) listener.gone();
  }
}
