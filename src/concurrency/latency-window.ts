/** Bounds of a read-ahead. */
export interface WindowLimits {
  minRequests: number;
  maxRequests: number;
  /** Bytes of all requests in flight and of results that nobody took yet. One request is always allowed. */
  maxBytes: number;
  /** Rate that the window aims at, if the server permits it. */
  requestsPerSecond: number;
}

/** Requests after which an old minimum is forgotten, so that the window follows a server that became slower. */
const GENERATION = 64;

/**
 * Computes how many requests must be in flight to hide the latency of a server (Little's law). Uses the lowest latency
 * of the last requests, because a queue that the window itself causes must not enlarge it further.
 */
export class LatencyWindow {
  private lowest = Infinity;
  private previousLowest = Infinity;
  private seen = 0;

  constructor(private readonly limits: WindowLimits) {}

  /** Takes the duration of one request into account. */
  observe(ms: number): void {
    this.lowest = Math.min(this.lowest, ms);
    if (++this.seen < GENERATION) return;
    this.previousLowest = this.lowest;
    this.lowest = Infinity;
    this.seen = 0;
  }

  /** Returns true when another request of `bytes` may start beside those that are in flight. */
  admits(requests: number, bytesInFlight: number, bytes: number): boolean {
    return requests === 0 || (requests < this.size && bytesInFlight + bytes <= this.limits.maxBytes);
  }

  /** Requests that should be in flight. */
  get size(): number {
    const { minRequests, maxRequests, requestsPerSecond } = this.limits;
    const lowest = Math.min(this.lowest, this.previousLowest);
    if (lowest === Infinity) return minRequests;
    return Math.max(minRequests, Math.min(maxRequests, Math.ceil((lowest * requestsPerSecond) / 1_000)));
  }
}
