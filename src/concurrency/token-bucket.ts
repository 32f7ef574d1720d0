/** Token bucket: refills at a constant rate, up to the size of one burst. */
export class TokenBucket {
  private tokens: number;
  private refilledAt: number;

  /** @param now a clock in milliseconds that nobody adjusts. */
  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.tokens = burst;
    this.refilledAt = now();
  }

  /**
   * Takes one token. Returns false if too few are available.
   * @param reserve Tokens that must remain, for work of higher priority.
   */
  take(reserve = 0): boolean {
    if (this.refill() < 1 + reserve) return false;
    this.tokens -= 1;
    return true;
  }

  /** Adds tokens, up to the size of one burst. */
  add(tokens: number): void {
    this.tokens = Math.min(this.burst, this.refill() + tokens);
  }

  private refill(): number {
    const now = this.now();
    const earned = ((now - this.refilledAt) / 1_000) * this.perSecond;
    this.refilledAt = now;
    this.tokens = Math.min(this.burst, Math.max(0, this.tokens + earned));
    return this.tokens;
  }
}
