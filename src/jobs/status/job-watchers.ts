import { errorCodeOf } from '../../contract/errors.js';
import { isFinal } from '../../contract/snapshot.js';
import type { Jobs, JobView } from '../jobs.js';
import { statusFingerprint } from './status-fingerprint.js';

/** How often a watched job is looked at; when many are watched, so rarely that all together stay below 250 a second. */
const INTERVAL_MS = 250;
const INTERVAL_PER_JOB_MS = 4;

export interface JobListener {
  /** A view in which something may have changed that a client can see. */
  changed(view: JobView): void;
  /** There is no such job any more, as far as Temporal knows now. Nothing more is told. */
  gone(): void;
}

interface Watcher {
  jobId: string;
  state: string;
  listeners: Set<JobListener>;
  timer: NodeJS.Timeout | undefined;
}

/** One poller per job, however many listen to it: everything that waits for a job to change is fed from here. */
export class JobWatchers {
  private readonly watchers = new Map<string, Watcher>();
  private readonly closing = new AbortController();

  constructor(private readonly jobs: Pick<Jobs, 'view'>) {}

  /** Aborts when the server shuts down and nobody is to wait any longer. */
  get closed(): AbortSignal {
    return this.closing.signal;
  }

  /**
   * Tells `listener` whenever the job changes, until it has ended. While Temporal does not answer, nothing is told.
   * @param view of a job that has not ended, as the listener knows it.
   * @returns ends the listening.
   */
  watch(view: JobView, listener: JobListener): () => void {
    const watcher = this.watchers.get(view.jobId) ?? this.begin(view);
    // One of the two has seen a change that the other has not: the next look is news for somebody.
    if (watcher.state !== statusFingerprint(view, Date.now())) watcher.state = '';
    watcher.listeners.add(listener);
    return () => {
      watcher.listeners.delete(listener);
      if (watcher.listeners.size === 0) this.end(watcher);
    };
  }

  /** Ends all listening. */
  close(): void {
    this.closing.abort();
    for (const watcher of this.watchers.values()) this.end(watcher);
  }

  private begin(view: JobView): Watcher {
    const watcher: Watcher = {
      jobId: view.jobId,
      state: statusFingerprint(view, Date.now()),
      listeners: new Set(),
      timer: undefined,
    };
    this.watchers.set(view.jobId, watcher);
    this.lookLater(watcher);
    return watcher;
  }

  private end(watcher: Watcher): void {
    clearTimeout(watcher.timer);
    if (this.isWatched(watcher)) this.watchers.delete(watcher.jobId);
  }

  private isWatched(watcher: Watcher): boolean {
    return this.watchers.get(watcher.jobId) === watcher;
  }

  private lookLater(watcher: Watcher): void {
    const ms = Math.max(INTERVAL_MS, this.watchers.size * INTERVAL_PER_JOB_MS);
    watcher.timer = setTimeout(() => void this.look(watcher), ms);
  }

  private async look(watcher: Watcher): Promise<void> {
    const seen = await this.read(watcher.jobId);
    if (!this.isWatched(watcher)) return;
    if (seen === 'gone') this.tellGone(watcher);
    else if (seen) this.tell(watcher, seen);
    if (this.isWatched(watcher)) this.lookLater(watcher);
  }

  /** The job; undefined while nobody can tell. */
  private async read(jobId: string): Promise<JobView | 'gone' | undefined> {
    try {
      return await this.jobs.view(jobId);
    } catch (error) {
      return errorCodeOf(error) === 'JOB_NOT_FOUND' ? 'gone' : undefined;
    }
  }

  private tell(watcher: Watcher, view: JobView): void {
    const state = statusFingerprint(view, Date.now());
    if (state !== watcher.state) {
      watcher.state = state;
      for (const listener of watcher.listeners) listener.changed(view);
    }
    if (isFinal(view.snapshot.status)) this.end(watcher);
  }

  private tellGone(watcher: Watcher): void {
    this.end(watcher);
    for (const listener of watcher.listeners) listener.gone();
  }
}
