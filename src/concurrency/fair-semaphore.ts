import { currentOwner } from './work-owner.js';

interface Limits {
  /** Places of all owners together. */
  places: number;
  /** Places of one owner; fewer than `places`, so that others find one free. */
  perOwner: number;
}

/**
 * Work that may start in one turn of the event loop. A server that answers at once would otherwise fill every turn with
 * hundreds of answers and new requests, and all other work of the process would wait.
 */
const STARTS_PER_TURN = 8;

/** Ends the wait of one caller. */
type Waiter = () => void;

/**
 * Limits concurrent work and shares its places among owners. Waiting owners take turns, so one that queues thousands of
 * requests delays another one by a single request.
 */
export class FairSemaphore {
  private taken = 0;
  private startsThisTurn = 0;
  private readonly takenBy = new Map<string, number>();
  /** In the order of their next turn. */
  private readonly waiting = new Map<string, Set<Waiter>>();

  constructor(private readonly limits: Limits) {}

  /**
   * Runs `work` once its owner, `currentOwner()`, has a place.
   * @throws the signal's reason when it aborts during the wait; any error of `work`.
   */
  async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const owner = currentOwner();
    await this.acquire(owner, signal);
    try {
      return await work();
    } finally {
      this.release(owner);
    }
  }

  private async acquire(owner: string, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.hasPlaceFor(owner)) this.take(owner);
    else await this.queue(owner, signal);
  }

  private queue(owner: string, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        this.remove(owner, waiter);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.waiting.set(owner, (this.waiting.get(owner) ?? new Set()).add(waiter));
    });
  }

  private release(owner: string): void {
    this.taken--;
    const left = this.takenBy.get(owner)! - 1;
    if (left === 0) this.takenBy.delete(owner);
    else this.takenBy.set(owner, left);
    this.admitWaiting();
  }

  private admitWaiting(): void {
    while (this.admitNext());
  }

  /** Returns true if one caller was admitted. */
  private admitNext(): boolean {
    for (const [owner, queue] of this.waiting) {
      if (!this.hasPlaceFor(owner)) continue;
      const [admit] = queue;
      this.remove(owner, admit!);
      // The owner goes to the end of the rotation.
      if (this.waiting.delete(owner)) this.waiting.set(owner, queue);
      this.take(owner);
      admit!();
      return true;
    }
    return false;
  }

  private hasPlaceFor(owner: string): boolean {
    if (this.startsThisTurn >= STARTS_PER_TURN) return false;
    return this.taken < this.limits.places && (this.takenBy.get(owner) ?? 0) < this.limits.perOwner;
  }

  private take(owner: string): void {
    if (this.startsThisTurn++ === 0) setImmediate(() => this.beginTurn());
    this.taken++;
    this.takenBy.set(owner, (this.takenBy.get(owner) ?? 0) + 1);
  }

  private beginTurn(): void {
    this.startsThisTurn = 0;
    this.admitWaiting();
  }

  private remove(owner: string, waiter: Waiter): void {
    const queue = this.waiting.get(owner);
    queue?.delete(waiter);
    if (queue?.size === 0) this.waiting.delete(owner);
  }
}
