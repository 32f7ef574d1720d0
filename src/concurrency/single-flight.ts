/**
 * Runs work once per key at a time, however many callers ask for it. A rejected run rejects every caller that shares it
 * and is then forgotten.
 */
export class SingleFlight<T> {
  private readonly running = new Map<string, Promise<T>>();
  private readonly queued = new Map<string, Promise<T>>();

  /** Shares the run in flight; starts one when there is none. */
  run(key: string, work: () => Promise<T>): Promise<T> {
    return this.running.get(key) ?? this.start(key, work);
  }

  /**
   * Shares the run that starts after this call. The run in flight may have read its data before the call, so it is not
   * shared: one further run follows it, for all callers that wait for it.
   */
  runFresh(key: string, work: () => Promise<T>): Promise<T> {
    const running = this.running.get(key);
    if (!running) return this.start(key, work);
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

  /** Detaches the runs of a key: the next call starts a run of its own. Callers that wait still get their answer. */
  detach(key: string): void {
    this.running.delete(key);
    this.queued.delete(key);
  }

  private start(key: string, work: () => Promise<T>): Promise<T> {
    const run: Promise<T> = work().finally(() => {
      if (this.running.get(key) === run) this.running.delete(key);
    });
    this.running.set(key, run);
    return run;
  }
}
