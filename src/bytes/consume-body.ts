import type { Readable } from 'node:stream';
import { guardBody } from './guarded-body.js';

/**
 * Runs `write`, which stores the bytes of `body`. `ended` is aborted as soon as the write cannot succeed any more: by
 * `signal`, or by whoever finds out first. Then the bytes end, and the body is destroyed. Rejects with the first
 * cause, for what stops because of it fails with errors that say less.
 */
export async function consumeBody<T>(
  body: Readable,
  signal: AbortSignal | undefined,
  write: (bytes: Readable, ended: AbortController) => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const abort = () => ended.abort(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  const bytes = guardBody(body, { signal: ended.signal, toError: (error) => error });
  // Its errors are met where it is read; without a listener they would end the process when nobody reads just then.
  bytes.on('error', () => {});
  try {
    ended.signal.throwIfAborted();
    return await write(bytes, ended);
  } catch (error) {
    ended.abort(error);
    throw ended.signal.reason;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}
