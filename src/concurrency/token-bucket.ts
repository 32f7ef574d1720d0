/** A budget per second: what is not used is kept up to one burst. */
export class TokenBucket {
  private tokens: number;
  private refilledAt: number;

  /** @param now a clock in milliseconds since the epoch. */
  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    private readonly now: () => number = Date.now,
  ) {
    this.tokens = burst;
    this.refilledAt = now();
  }

  /**
   * Takes one token; false when there is none.
   * @param reserve tokens that must be left after that, for what is worth more.
   */
  take(reserve = 0): boolean {
    if (this.left() < 1 + reserve) return false;
    this.tokens -= 1;
    return true;
  }

  private left(): number {
    const now = this.now();
    const earned = ((now - this.refilledAt) / 1_000) * this.perSecond;
    this.refilledAt = now;
    this.tokens = Math.min(this.burst, Math.max(0, this.tokens + earned));
    return this.tokens;
  }
}
