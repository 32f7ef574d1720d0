import { LonghaulError } from './errors.js';

/** Timers take no longer time: beyond it they end at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Runs work under a signal that aborts with `outer`, or after a time. Ends at once then, even if the work goes on.
 * @param ms time for the work; without end by default.
 * @param late message of the failure after this time.
 * @throws LonghaulError TIMEOUT, or the reason of `outer`.
 */
export async function limited<T>(
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
  ms = Infinity,
  late = '',
): Promise<T> {
  outer?.throwIfAborted();
  const stop = new AbortController();
  const { signal } = stop;
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      if (ms <= MAX_TIMER_MS) timer = setTimeout(() => reject(new LonghaulError('TIMEOUT', late)), ms);
      // Removed by `signal`. `AbortSignal.any` would hold every request for as long as `outer` lives.
      outer?.addEventListener('abort', () => reject(outer.reason as Error), { signal });
      work(signal).then(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}
