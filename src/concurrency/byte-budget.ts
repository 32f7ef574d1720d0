interface Waiter {
  bytes: number;
  admit: () => void;
}

/**
 * Shares memory among work that takes all it may need before it begins. So no work waits while it holds a part, and none
 * waits for ever.
 */
export class ByteBudget {
  private used = 0;
  private readonly waiting: Waiter[] = [];

  /** @param total bytes that there are. */
  constructor(private readonly total: number) {}

  /**
   * Runs `work` once so many bytes are free, in the order of the calls. Work that needs more than there is runs alone.
   * @throws the signal's reason when it aborts during the wait; any error of `work`.
   */
  async run<T>(bytes: number, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const share = Math.min(bytes, this.total);
    await this.acquire(share, signal);
    try {
      return await work();
    } finally {
      this.used -= share;
      this.admitWaiting();
    }
  }

  private async acquire(bytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        this.waiting.splice(this.waiting.indexOf(waiter), 1);
        reject(signal.reason as Error);
        this.admitWaiting();
      };
      const admit = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const waiter = { bytes, admit };
      signal.addEventListener('abort', leave, { once: true });
      this.waiting.push(waiter);
      this.admitWaiting();
    });
  }

  private admitWaiting(): void {
    for (;;) {
      const next = this.waiting[0];
      if (!next || this.used + next.bytes > this.total) return;
      this.waiting.shift();
      this.used += next.bytes;
      next.admit();
    }
  }
}
