import type { DownloadStatus } from '../api.js';

/**
 * Statuses on their way to a consumer that may be slow. The newest replaces the one before in the same state, so each
 * state is seen and the queue stays short.
 */
export interface StatusQueue {
  put(status: DownloadStatus): void;
  /** Ends the queue behind the statuses in it. A later call changes nothing. @param failure thrown at the end. */
  end(failure?: { reason: unknown }): void;
  /** Drops the statuses that were not taken, and ends. */
  drop(failure?: { reason: unknown }): void;
  /** Takes the statuses, until the end. */
  read(): AsyncGenerator<DownloadStatus, void>;
}

export function createStatusQueue(): StatusQueue {
  let waiting: DownloadStatus[] = [];
  let ended: { reason: unknown } | true | undefined;
  let wake: (() => void) | undefined;

  function end(failure?: { reason: unknown }): void {
    ended ??= failure ?? true;
    wake?.();
  }

  return {
    put(status) {
      if (waiting.at(-1)?.status === status.status) waiting.pop();
      waiting.push(status);
      wake?.();
    },
    end,
    drop(failure) {
      waiting = [];
      end(failure);
    },
    async *read() {
      for (;;) {
        const status = waiting.shift();
        if (status) yield status;
        else if (ended === true) return;
        else if (ended) throw ended.reason;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
