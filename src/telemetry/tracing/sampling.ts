import { TokenBucket } from '../../concurrency/token-bucket.js';
import type { TraceContext } from '../../contract/tracing.js';

/** Traces a second that a caller may have recorded: strangers must not switch our recording on. */
const BELIEVED_PER_SECOND = 10;

/** Decides which traces are recorded. */
export class Sampling {
  private readonly believed: TokenBucket;

  /** @param ratio the share of traces that begin here; from 0 to 1. */
  constructor(
    private readonly ratio: number,
    now: () => number = () => performance.now(),
  ) {
    this.believed = new TokenBucket(BELIEVED_PER_SECOND, BELIEVED_PER_SECOND, now);
  }

  /** Believes the `sampled` flag of a caller within the budget; beyond it, the caller's trace counts as one of ours. */
  ofCaller({ traceId, sampled }: TraceContext): boolean {
    return sampled && (this.believed.take() || this.ofRoot(traceId));
  }

  /** Decides by the trace id, so that every process decides alike. */
  ofRoot(traceId: string): boolean {
    return parseInt(traceId.slice(-13), 16) / 2 ** 52 < this.ratio;
  }
}
