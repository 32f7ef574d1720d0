import { FairSemaphore } from '../../concurrency/fair-semaphore.js';

/** Refusals within this time are one event, because they come in crowds. */
const EVENT_MS = 10_000;

/** The limit doubles in this time. */
const RECOVERY_MS = 60_000;

/** Fewer parts would not help the store, and would slow the jobs that come after a refusal. */
const LEAST = 4;

/**
 * Limits the parts that this process sends at once, from the first time that the store asks for fewer requests: to half
 * of those under way, but not below four. Each further refusal halves the limit again, and each minute doubles it.
 */
export class PartLimit {
  private underWay = 0;
  private reducedTo = Infinity;
  private reducedAt = -Infinity;
  private readonly places: FairSemaphore;

  /** @param now a clock in milliseconds. */
  constructor(private readonly now: () => number = () => performance.now()) {
    const limitOf = () => this.limit;
    this.places = new FairSemaphore({
      get places() {
        return limitOf();
      },
      perOwner: Infinity,
    });
  }

  /** Parts that may be sent at once now. */
  get limit(): number {
    if (this.reducedTo === Infinity) return Infinity;
    return this.reducedTo * 2 ** Math.floor((this.now() - this.reducedAt) / RECOVERY_MS);
  }

  /** Sends a part with `work` once there is a place for it. @throws the signal's reason when it aborts before. */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.places.run(async () => {
      this.underWay += 1;
      try {
        return await work();
      } finally {
        this.underWay -= 1;
      }
    }, signal);
  }

  /** Call it for each answer with which the store asks for fewer requests. */
  reduce(): void {
    if (this.underWay === 0 || this.now() - this.reducedAt < EVENT_MS) return;
    this.reducedTo = Math.max(LEAST, Math.floor(Math.min(this.limit, this.underWay) / 2));
    this.reducedAt = this.now();
  }
}
