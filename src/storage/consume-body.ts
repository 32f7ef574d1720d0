import type { Readable } from 'node:stream';

/**
 * Runs `write`, which reads `body` and stores it. `ended` is aborted as soon as the write cannot succeed any more:
 * by `signal`, or by whoever finds out first. Then the body is destroyed, so that one which never yields another
 * byte ends too. Rejects with the first cause, for what stops because of it fails with errors that say less.
 */
export async function consumeBody<T>(
  body: Readable,
  signal: AbortSignal | undefined,
  write: (ended: AbortController) => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const abort = () => ended.abort(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  ended.signal.addEventListener('abort', () => body.destroy(ended.signal.reason as Error), { once: true });
  // Its errors are met where it is read; without a listener they would end the process when nobody reads just then.
  body.on('error', () => {});
  try {
    signal?.throwIfAborted();
    return await write(ended);
  } catch (error) {
    ended.abort(signal?.aborted ? signal.reason : error);
    throw ended.signal.reason;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}
