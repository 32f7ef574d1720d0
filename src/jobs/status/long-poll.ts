import { setMaxListeners } from 'node:events';
import { isFinal } from '../../contract/snapshot.js';
import type { JobView } from '../jobs.js';
import type { JobWatchers } from './job-watchers.js';
import { statusFingerprint } from './status-fingerprint.js';

/**
 * Waits until a client would see a difference to `view`, at most `ms`. Returns at once for a job that has ended.
 * @param disconnected aborts when the client has gone.
 * @returns the changed view; undefined without a change, and when the job is gone.
 */
export function longPoll(
  watchers: JobWatchers,
  view: JobView,
  ms: number,
  disconnected: AbortSignal,
): Promise<JobView | undefined> {
  const fingerprint = statusFingerprint(view, Date.now());
  const isChange = (latest: JobView) => statusFingerprint(latest, Date.now()) !== fingerprint;
  return waitForView(watchers, view, isChange, ms, disconnected);
}

/**
 * Waits until a job has ended, at most `ms`.
 * @param disconnected aborts when the client has gone.
 * @returns the view of the ended job; undefined when it has not ended in time, and when the job is gone.
 */
export function waitUntilFinal(
  watchers: JobWatchers,
  view: JobView,
  ms: number,
  disconnected: AbortSignal,
): Promise<JobView | undefined> {
  return waitForView(watchers, view, ({ snapshot }) => isFinal(snapshot.status), ms, disconnected);
}

/** Ends also when the server shuts down. */
function waitForView(
  watchers: JobWatchers,
  view: JobView,
  isWanted: (latest: JobView) => boolean,
  ms: number,
  disconnected: AbortSignal,
): Promise<JobView | undefined> {
  const { closed } = watchers;
  const isOver = disconnected.aborted || closed.aborted || isFinal(view.snapshot.status);
  if (ms === 0 || isOver) return Promise.resolve(undefined);
  // Not `AbortSignal.any`: a signal that lives as long as the process keeps a reference to each of its results.
  const ends = [disconnected, closed];
  // Every held request listens to it, so Node would warn of a leak.
  setMaxListeners(0, closed);
  return new Promise((resolve) => {
    const finish = (latest?: JobView) => {
      clearTimeout(timer);
      for (const signal of ends) signal.removeEventListener('abort', giveUp);
      unwatch();
      resolve(latest);
    };
    const giveUp = () => finish();
    const timer = setTimeout(giveUp, ms);
    for (const signal of ends) signal.addEventListener('abort', giveUp);
    const unwatch = watchers.watch(view, {
      changed: (latest) => {
        if (isWanted(latest)) finish(latest);
      },
      gone: giveUp,
    });
  });
}
