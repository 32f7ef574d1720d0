import type { Response } from 'express';

/** Aborts when the response closes: it was sent, or the client disconnected, perhaps before this call. */
export function disconnected(res: Response): AbortSignal {
  const controller = new AbortController();
  // Node emits `close` only once, so a listener added later never runs.
  if (res.closed) controller.abort();
  else res.once('close', () => controller.abort());
  return controller.signal;
}
