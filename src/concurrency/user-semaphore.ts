import { LonghaulError } from '../contract/errors.js';

interface Queue {
  running: number;
  /** Each begins one that waits. */
  waiting: (() => void)[];
}

/** Work that is dear to all, of which each user has but so much done at once: what else they ask for waits its turn. */
export class UserSemaphore {
  private readonly queues = new Map<string, Queue>();

  /**
   * @param atOnce work of one user under way.
   * @param maxWaiting requests of one user that may wait besides.
   */
  constructor(
    private readonly atOnce: number,
    private readonly maxWaiting: number,
  ) {}

  /**
   * Does the work when it is the user's turn. What nobody waits for any more by then is not done.
   * @param gone aborts when nobody does.
   * @throws LonghaulError RATE_LIMITED when too many wait, and the reason of `gone`.
   */
  async take<T>(userId: string, gone: AbortSignal, work: () => Promise<T>): Promise<T> {
    const queue = this.queues.get(userId) ?? { running: 0, waiting: [] };
    this.queues.set(userId, queue);
    await this.turn(queue);
    try {
      gone.throwIfAborted();
      return await work();
    } finally {
      this.next(userId, queue);
    }
  }

  private async turn(queue: Queue): Promise<void> {
    if (queue.running < this.atOnce) queue.running++;
    else if (queue.waiting.length < this.maxWaiting)
      await new Promise<void>((begin) => queue.waiting.push(begin));
    else {
      const message = `${queue.waiting.length} requests of this kind of yours are waiting. Wait for one of them.`;
      throw new LonghaulError('RATE_LIMITED', message);
    }
  }

  /** Hands the turn on, or gives it back. */
  private next(userId: string, queue: Queue): void {
    const begin = queue.waiting.shift();
    if (begin) begin();
    else if (--queue.running === 0) this.queues.delete(userId);
  }
}
