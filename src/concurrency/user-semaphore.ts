import { LonghaulError } from '../contract/errors.js';

interface Slots {
  running: number;
  /** Starts the waiting work, in order of arrival. */
  waiting: (() => void)[];
}

/** Per-user semaphore with a bounded queue, for expensive requests. */
export class UserSemaphore {
  private readonly users = new Map<string, Slots>();

  /**
   * @param maxConcurrent Requests of one user that run at once.
   * @param maxWaiting Requests of one user that may wait besides.
   */
  constructor(
    private readonly maxConcurrent: number,
    private readonly maxWaiting: number,
  ) {}

  /**
   * Runs `work` when the user has a free slot. Skips it if `signal` aborted while the request was queued.
   * @param signal Aborts when the client disconnects.
   * @throws LonghaulError RATE_LIMITED if the queue is full; the reason of `signal`; any error of `work`.
   */
  async take<T>(userId: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const slots = this.users.get(userId) ?? { running: 0, waiting: [] };
    this.users.set(userId, slots);
    await this.acquire(slots);
    try {
      signal.throwIfAborted();
      return await work();
    } finally {
      this.release(userId, slots);
    }
  }

  private async acquire(slots: Slots): Promise<void> {
    if (slots.running < this.maxConcurrent) slots.running++;
    else if (slots.waiting.length < this.maxWaiting)
      await new Promise<void>((start) => slots.waiting.push(start));
    else {
      const message = `You have ${slots.running} requests of this kind running and ${slots.waiting.length} waiting. Try again when one has finished.`;
      throw new LonghaulError('RATE_LIMITED', message);
    }
  }

  /** Passes the slot to the next waiting request, or frees it. */
  private release(userId: string, slots: Slots): void {
    const start = slots.waiting.shift();
    if (start) start();
    else if (--slots.running === 0) this.users.delete(userId);
  }
}
