import { setMaxListeners } from 'node:events';

/**
 * Runs side by side what one writer starts: reads, copies and sent parts. The first failure ends the reads, and every
 * wait of the writer. Nothing is left running when `settle` resolves, so buffers can be reused then.
 */
export class Tasks {
  /** Aborted by the first failure, or by the caller. */
  readonly signal: AbortSignal;
  private readonly running = new Set<Promise<void>>();
  private readonly stop = new AbortController();
  /** A set, because promises that race one of a long life are never freed. */
  private readonly waiting = new Set<(reason: unknown) => void>();

  constructor(outer: AbortSignal) {
    this.signal = AbortSignal.any([outer, this.stop.signal]);
    // Every read adds a listener.
    setMaxListeners(0, this.signal);
    this.signal.addEventListener('abort', () => this.wakeAll(), { once: true });
  }

  start(task: () => Promise<unknown>): void {
    const tracked = this.run(task).finally(() => this.running.delete(tracked));
    this.running.add(tracked);
  }

  /** Waits for a promise, or rejects with the first failure. */
  async wait<T>(promise: Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    let wake!: (reason: unknown) => void;
    const failed = new Promise<never>((_, reject) => {
      wake = reject;
    });
    this.waiting.add(wake);
    try {
      return await Promise.race([promise, failed]);
    } finally {
      this.waiting.delete(wake);
    }
  }

  /** Waits until nothing runs. Tasks may start others. */
  async settle(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }

  /** Waits for all tasks. @throws the first failure. */
  async finish(): Promise<void> {
    await this.settle();
    this.signal.throwIfAborted();
  }

  /** Ends everything, and waits until it has ended. */
  async end(reason: unknown): Promise<void> {
    this.stop.abort(reason);
    await this.settle();
  }

  private async run(task: () => Promise<unknown>): Promise<void> {
    try {
      await task();
    } catch (error) {
      this.stop.abort(error);
    }
  }

  private wakeAll(): void {
    for (const reject of this.waiting) reject(this.signal.reason);
    this.waiting.clear();
  }
}

/** Limits how many tasks run at once. */
export class Gate {
  private readonly waiting: (() => void)[] = [];

  constructor(private free: number) {}

  async enter(tasks: Tasks): Promise<void> {
    if (this.free > 0) {
      this.free -= 1;
      return;
    }
    await tasks.wait(new Promise<void>((resolve) => this.waiting.push(resolve)));
  }

  leave(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.free += 1;
  }
}
