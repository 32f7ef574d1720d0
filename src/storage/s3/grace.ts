/**
 * Runs `request` with a signal that aborts `graceMs` milliseconds after `signal`. A request that succeeds within the
 * grace counts: the abort came too late.
 * @throws the reason of `signal` once it has aborted.
 */
export async function withGrace<T>(
  signal: AbortSignal | undefined,
  graceMs: number,
  request: (delayed: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  if (!signal) return request(undefined);
  signal.throwIfAborted();
  const delayed = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const abort = () => {
    timer = setTimeout(() => delayed.abort(signal.reason), graceMs);
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await request(delayed.signal);
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}
