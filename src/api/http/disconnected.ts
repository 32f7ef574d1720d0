import type { Response } from 'express';

/** A signal that aborts when the client has gone, or the response has ended. */
export function disconnected(res: Response): AbortSignal {
  const controller = new AbortController();
  if (res.closed) controller.abort();
  else res.once('close', () => controller.abort());
  return controller.signal;
}
