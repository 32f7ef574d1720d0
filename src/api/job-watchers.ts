import { errorCodeOf } from '../contract/errors.js';
import { isFinal } from '../contract/types.js';
import type { Downloads, JobView } from './downloads.js';
import { visibleState } from './visible.js';

/** How often a watched job is looked at; when many are watched, so rarely that all together stay below 250 a second. */
const INTERVAL_MS = 250;
const INTERVAL_PER_JOB_MS = 4;

/** Told of every view in which something may have changed that a client can see. */
type Listener = (view: JobView) => void;

interface Watcher {
  view: JobView;
  state: string;
  listeners: Set<Listener>;
  timer: NodeJS.Timeout | undefined;
}

/** One poller per job, however many listen to it: everything that waits for a job to change is fed from here. */
export class JobWatchers {
  private readonly watchers = new Map<string, Watcher>();
  private readonly closing = new AbortController();

  constructor(private readonly downloads: Pick<Downloads, 'view'>) {}

  /** Aborts when the server shuts down and nobody is to wait any longer. */
  get closed(): AbortSignal {
    return this.closing.signal;
  }

  /**
   * Calls `listener` whenever the job changes, until it has ended. While Temporal does not answer, the job is shown as
   * it was, marked as stale.
   * @param view of a job that has not ended, as the listener knows it.
   * @returns ends the listening.
   */
  watch(view: JobView, listener: Listener): () => void {
    const watcher = this.watchers.get(view.jobId) ?? this.begin(view);
    // One of the two has seen a change that the other has not: the next look is news for somebody.
    if (watcher.state !== visibleState(view, Date.now())) watcher.state = '';
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
      view,
      state: visibleState(view, Date.now()),
      listeners: new Set(),
      timer: undefined,
    };
    this.watchers.set(view.jobId, watcher);
    this.lookLater(watcher);
    return watcher;
  }

  private end(watcher: Watcher): void {
    clearTimeout(watcher.timer);
    if (this.isWatched(watcher)) this.watchers.delete(watcher.view.jobId);
  }

  private isWatched(watcher: Watcher): boolean {
    return this.watchers.get(watcher.view.jobId) === watcher;
  }

  private lookLater(watcher: Watcher): void {
    const ms = Math.max(INTERVAL_MS, this.watchers.size * INTERVAL_PER_JOB_MS);
    watcher.timer = setTimeout(() => void this.look(watcher), ms);
  }

  private async look(watcher: Watcher): Promise<void> {
    const view = await this.read(watcher.view);
    if (!this.isWatched(watcher)) return;
    const state = visibleState(view, Date.now());
    if (state !== watcher.state) {
      Object.assign(watcher, { view, state });
      for (const listener of watcher.listeners) listener(view);
    }
    if (isFinal(view.snapshot.status)) this.end(watcher);
    else if (this.isWatched(watcher)) this.lookLater(watcher);
  }

  private async read(last: JobView): Promise<JobView> {
    try {
      return await this.downloads.view(last.jobId);
    } catch (error) {
      return errorCodeOf(error) === 'JOB_NOT_FOUND' ? gone(last) : { ...last, stale: true };
    }
  }
}

/** A job that an operator deleted while it was watched. */
function gone(last: JobView): JobView {
  const message = 'An operator removed the download. Start it again.';
  const error = { code: 'JOB_NOT_FOUND', message, retryAfterMs: null, supportId: last.jobId } as const;
  const snapshot = { ...last.snapshot, status: 'failed', phase: 'ended', message, error } as const;
  return { ...last, snapshot, live: null, stale: false };
}
