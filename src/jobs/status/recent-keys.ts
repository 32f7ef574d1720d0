/** Counts the distinct keys that were added within a period, in two halves: the count is up to half a period late. */
export class RecentKeys {
  private current = new Set<string>();
  private previous = new Set<string>();
  private currentSince: number;

  /** @param now a clock in milliseconds that nobody adjusts. */
  constructor(
    private readonly periodMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.currentSince = now();
  }

  add(key: string): void {
    this.rotate();
    this.current.add(key);
    this.previous.delete(key);
  }

  delete(key: string): void {
    this.current.delete(key);
    this.previous.delete(key);
  }

  get count(): number {
    this.rotate();
    return this.current.size + this.previous.size;
  }

  private rotate(): void {
    const age = this.now() - this.currentSince;
    if (age < this.periodMs / 2) return;
    this.previous = age < this.periodMs ? this.current : new Set();
    this.current = new Set();
    this.currentSince = this.now();
  }
}
