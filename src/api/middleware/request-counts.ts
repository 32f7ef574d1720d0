import type { ClientRateLimitInfo, Store } from 'express-rate-limit';
import { LRUCache } from 'lru-cache';

/** Clients counted at once; about 200 bytes each. */
const MAX_CLIENTS = 100_000;

/**
 * Requests per client, each in a window of its own that begins with its first request. Memory is bounded: where everybody
 * may take any name, whoever was not heard of for longest is forgotten.
 */
export class RequestCounts implements Store {
  readonly localKeys = true;
  private readonly counts = new LRUCache<string, { totalHits: number; resetTime: Date }>({
    max: MAX_CLIENTS,
  });

  constructor(private readonly windowMs: number) {}

  get(key: string): ClientRateLimitInfo | undefined {
    const count = this.counts.get(key);
    return count && count.resetTime.getTime() > Date.now() ? count : undefined;
  }

  increment(key: string): ClientRateLimitInfo {
    const now = Date.now();
    const before = this.get(key) ?? { totalHits: 0, resetTime: new Date(now + this.windowMs) };
    const count = { totalHits: before.totalHits + 1, resetTime: before.resetTime! };
    this.counts.set(key, count);
    return count;
  }

  decrement(key: string): void {
    const count = this.counts.get(key);
    if (count && count.totalHits > 0) count.totalHits -= 1;
  }

  resetKey(key: string): void {
    this.counts.delete(key);
  }
}
