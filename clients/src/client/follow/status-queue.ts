import type { DownloadStatus } from '../api.js';

type Result = IteratorResult<DownloadStatus, undefined>;

/**
 * Statuses on their way to a consumer that may be slow. The newest replaces the one before in the same state, so each
 * state is seen and the queue stays short.
 */
export class StatusQueue {
  private waiting: DownloadStatus[] = [];
  private readers: { resolve: (result: Result) => void; reject: (reason: unknown) => void }[] = [];
  private isEnded = false;
  /** Thrown once, after the last status. */
  private failure: { reason: unknown } | undefined;

  put(status: DownloadStatus): void {
    if (this.isEnded) return;
    if (this.waiting.at(-1)?.status === status.status) this.waiting.pop();
    this.waiting.push(status);
    this.serve();
  }

  /** Ends the queue behind the statuses in it. A later call changes nothing. */
  end(failure?: { reason: unknown }): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.failure = failure;
    this.serve();
  }

  /** Drops the statuses that were not taken. */
  clear(): void {
    this.waiting = [];
  }

  next(): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.readers.push({ resolve, reject });
      this.serve();
    });
  }

  private serve(): void {
    while (this.readers.length > 0 && (this.waiting.length > 0 || this.isEnded)) {
      const { resolve, reject } = this.readers.shift()!;
      const value = this.waiting.shift();
      if (value) resolve({ done: false, value });
      else if (this.failure) reject(this.failure.reason);
      else resolve({ done: true, value: undefined });
      if (!value) this.failure = undefined;
    }
  }
}
