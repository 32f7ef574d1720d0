import type { DownloadStatus } from '../api.js';

type Result = IteratorResult<DownloadStatus, undefined>;

/**
 * Statuses on their way to a consumer that may be slow. The newest replaces the one before in the same state, so each
 * state is seen and the queue stays short.
 */
export class StatusQueue {
  private waiting: DownloadStatus[] = [];
  private readers: ((result: Result | Promise<never>) => void)[] = [];
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
    return new Promise((resolve) => {
      this.readers.push(resolve);
      this.serve();
    });
  }

  private serve(): void {
    while (this.readers.length > 0 && (this.waiting.length > 0 || this.isEnded)) {
      this.readers.shift()!(this.take());
    }
  }

  private take(): Result | Promise<never> {
    const value = this.waiting.shift();
    if (value) return { done: false, value };
    const { failure } = this;
    this.failure = undefined;
    return failure ? Promise.reject(failure.reason) : { done: true, value: undefined };
  }
}
