interface Run<T> {
  promise: Promise<T>;
  startedAt: number;
}

/**
 * Runs work once per key at a time, however many callers ask for it. A rejected run rejects every caller that shares it
 * and is then forgotten.
 */
export class SingleFlight<T> {
  private readonly running = new Map<string, Run<T>>();
  private readonly queued = new Map<string, Promise<T>>();

  /** @param now a clock in milliseconds that nobody adjusts. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /**
   * Shares the run in flight, or starts one.
   * @param maxAgeMs shares only a run that started at most this long ago; else the run after it.
   */
  run(key: string, work: () => Promise<T>, maxAgeMs = Infinity): Promise<T> {
    const running = this.running.get(key);
    if (!running) return this.start(key, work);
    const isYoung = this.now() - running.startedAt <= maxAgeMs;
    return isYoung ? running.promise : this.runAfter(running.promise, key, work);
  }

  /** Shares the run that starts after this call: the run in flight may have read its data before the call. */
  runFresh(key: string, work: () => Promise<T>): Promise<T> {
    return this.run(key, work, -1);
  }

  isRunning(key: string): boolean {
    return this.running.has(key);
  }

  /** Detaches the runs of a key: the next call starts a run of its own. Callers that wait still get their answer. */
  detach(key: string): void {
    this.running.delete(key);
    this.queued.delete(key);
  }

  /** One further run follows the run in flight, for all callers that wait for it. */
  private runAfter(running: Promise<T>, key: string, work: () => Promise<T>): Promise<T> {
    const queued = this.queued.get(key);
    if (queued) return queued;
    const start = () => {
      if (this.queued.get(key) === next) this.queued.delete(key);
      return this.run(key, work);
    };
    const next = running.then(start, start);
    this.queued.set(key, next);
    return next;
  }

  private start(key: string, work: () => Promise<T>): Promise<T> {
    const promise: Promise<T> = work().finally(() => {
      if (this.running.get(key)?.promise === promise) this.running.delete(key);
    });
    this.running.set(key, { promise, startedAt: this.now() });
    return promise;
  }
}
