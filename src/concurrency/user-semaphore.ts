import { LonghaulError } from '../contract/errors.js';

/** Per-user semaphore for expensive requests. It has no queue: a request beyond the limit is rejected. */
export class UserSemaphore {
  private readonly running = new Map<string, number>();

  /** @param maxConcurrent Requests of one user that run at once. */
  constructor(private readonly maxConcurrent: number) {}

  /**
   * Runs `work` if the user has a free slot.
   * @throws LonghaulError RATE_LIMITED if the user has none; any error of `work`.
   */
  async run<T>(userId: string, work: () => Promise<T>): Promise<T> {
    const running = this.running.get(userId) ?? 0;
    if (running >= this.maxConcurrent) throw limitReached(running);
    this.running.set(userId, running + 1);
    try {
      return await work();
    } finally {
      this.release(userId);
    }
  }

  private release(userId: string): void {
    const left = this.running.get(userId)! - 1;
    if (left === 0) this.running.delete(userId);
    else this.running.set(userId, left);
  }
}

function limitReached(running: number): LonghaulError {
  const message = `Limit reached: ${running} requests of this kind are running. Wait until one finishes.`;
  return new LonghaulError('RATE_LIMITED', message);
}
