import { LonghaulError } from './errors.js';

/**
 * Runs work under a signal that aborts with `outer`, or after a time. Ends at once then, even if the work goes on.
 * @param late message of the failure after this time.
 * @throws LonghaulError TIMEOUT, or the reason of `outer`.
 */
export async function limited<T>(
  ms: number,
  late: string,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  outer?.throwIfAborted();
  const stop = new AbortController();
  const { signal } = stop;
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      timer = setTimeout(() => reject(new LonghaulError('TIMEOUT', late)), ms);
      // Removed by `signal`. `AbortSignal.any` would hold every request for as long as `outer` lives.
      outer?.addEventListener('abort', () => reject(outer.reason as Error), { signal });
      work(signal).then(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}
