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
  let isStarted = false;
  const end = (failure?: { reason: unknown }) => {
    queue.end(failure);
    stop.abort();
  };

  function start(): void {
    isStarted = true;
    const abort = () => {
      queue.clear();
      end({ reason: call.signal!.reason });
    };
    if (call.signal?.aborted) {
      abort();
      return;
    }
    // `signal` removes the listener.
    call.signal?.addEventListener('abort', abort, { signal });
    runFollower(connection, ladder, jobId, { ...call, signal }, queue).then(
      () => end(),
      (reason: unknown) => end({ reason }),
    );
  }

  return {
    next() {
      if (!isStarted) start();
      return queue.next();
    },
    async return() {
      isStarted = true;
      queue.clear();
      end();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
