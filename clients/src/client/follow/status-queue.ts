import type { DownloadStatus } from '../api.js';

type Result = IteratorResult<DownloadStatus, undefined>;

/**
 * Statuses on their way to a consumer that may be slow. The newest replaces the one before in the same state, so each
 * state is seen and the queue stays short.
 */
export interface StatusQueue {
  put(status: DownloadStatus): void;
  /** Ends the queue behind the statuses in it. A later call changes nothing. @param failure thrown once, at the end. */
  end(failure?: { reason: unknown }): void;
  /** Drops the statuses that were not taken. */
  clear(): void;
  next(): Promise<Result>;
}

export function createStatusQueue(): StatusQueue {
  let waiting: DownloadStatus[] = [];
  let isEnded = false;
  let failed: { reason: unknown } | undefined;
  const readers: ((result: Result | Promise<never>) => void)[] = [];

  function serve(): void {
    while (readers.length > 0 && (waiting.length > 0 || isEnded)) readers.shift()!(take());
  }

  function take(): Result | Promise<never> {
    const value = waiting.shift();
    if (value) return { done: false, value };
    const failure = failed;
    failed = undefined;
    return failure ? Promise.reject(failure.reason) : { done: true, value: undefined };
  }

  return {
    put(status) {
      if (isEnded) return;
      if (waiting.at(-1)?.status === status.status) waiting.pop();
      waiting.push(status);
      serve();
    },
    end(failure) {
      if (isEnded) return;
      isEnded = true;
      failed = failure;
      serve();
    },
    clear() {
      waiting = [];
    },
    next: () =>
      new Promise((resolve) => {
        readers.push(resolve);
        serve();
      }),
  };
}
