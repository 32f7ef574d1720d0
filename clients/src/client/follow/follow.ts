import type { DownloadStatus } from '../api.js';
import type { ApiConnection } from '../connection.js';
import type { WatchCall } from '../options.js';
import { runFollower } from './follower.js';
import type { Ladder } from './ladder.js';
import { createStatusQueue } from './status-queue.js';

/** Follows a job until its final status. Begins with the first `next`; `return` ends everything at once. */
export function follow(
  connection: ApiConnection,
  ladder: Ladder,
  jobId: string,
  call: WatchCall,
): AsyncIterableIterator<DownloadStatus> {
  const stop = new AbortController();
  const { signal } = stop;
  const queue = createStatusQueue();

  function leave(failure?: { reason: unknown }): void {
    queue.drop(failure);
    stop.abort();
  }

  async function* statuses(): AsyncGenerator<DownloadStatus, void> {
    call.signal?.throwIfAborted();
    // `signal` removes the listener.
    call.signal?.addEventListener('abort', () => leave({ reason: call.signal!.reason }), { signal });
    runFollower(connection, ladder, jobId, { ...call, signal }, queue).then(
      () => queue.end(),
      (reason: unknown) => queue.end({ reason }),
    );
    try {
      yield* queue.read();
    } finally {
      stop.abort();
    }
  }

  const iterator = statuses();
  return {
    next: () => iterator.next(),
    return() {
      // Ends a `next` that waits, otherwise the generator would end behind it.
      leave();
      return iterator.return();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
