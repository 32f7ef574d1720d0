import { isFinal } from '../../contract/snapshot.js';
import type { JobView } from '../jobs.js';
import type { JobWatchers } from './job-watchers.js';
import { statusFingerprint } from './status-fingerprint.js';

/**
 * Waits until a client would see something else than in `view`, for at most `ms`. A job that has ended never changes.
 * @param left aborts when nobody waits any more.
 * @returns the job as it is then; undefined when no change was seen, or the job is gone.
 */
export function longPoll(
  watchers: JobWatchers,
  view: JobView,
  ms: number,
  left: AbortSignal,
): Promise<JobView | undefined> {
  const ended = AbortSignal.any([left, watchers.closed]);
  if (ms === 0 || ended.aborted || isFinal(view.snapshot.status)) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const finish = (latest?: JobView) => {
      clearTimeout(timer);
      ended.removeEventListener('abort', giveUp);
      unwatch();
      resolve(latest);
    };
    const giveUp = () => finish();
    const timer = setTimeout(giveUp, ms);
    ended.addEventListener('abort', giveUp);
    const state = statusFingerprint(view, Date.now());
    const unwatch = watchers.watch(view, {
      changed: (latest) => {
        if (statusFingerprint(latest, Date.now()) !== state) finish(latest);
      },
      gone: giveUp,
    });
  });
}
