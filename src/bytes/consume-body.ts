import type { Readable } from 'node:stream';
import { guardBody } from './guarded-body.js';

/**
 * Runs `write`, which stores the bytes of `body`. `failed` aborts as soon as the write can no longer succeed: `signal`
 * aborts it, or any part of the write does. Then `bytes` fails and `body` is destroyed. Rejects with the first abort
 * reason, because the errors that follow from it say less.
 */
export async function consumeBody<T>(
  body: Readable,
  signal: AbortSignal | undefined,
  write: (bytes: Readable, failed: AbortController) => Promise<T>,
): Promise<T> {
  const failed = new AbortController();
  const abort = () => failed.abort(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  const bytes = guardBody(body, { signal: failed.signal, toError: (error) => error });
  // The reader of `bytes` handles its errors. Without a listener, an error between two reads would crash the process.
  bytes.on('error', () => {});
  try {
    failed.signal.throwIfAborted();
    return await write(bytes, failed);
  } catch (error) {
    failed.abort(error);
    throw failed.signal.reason;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}
