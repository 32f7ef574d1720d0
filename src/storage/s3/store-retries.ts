import { StandardRetryStrategy } from '@smithy/core/retry';
import { TokenBucket } from '../../concurrency/token-bucket.js';

/** Retries for each request. A store in trouble gets this much more load by retries, not the multiple of it. */
const RETRY_SHARE = 0.1;

/** Saved retries: four for each request that may be under way when connections break. */
const MAX_SAVED = 512;

/** A store that refuses everything is tried again, although nothing earns retries. */
const PER_SECOND = 2;

/** The retries that all requests to one store share. */
export class RetryBudget {
  private readonly bucket = new TokenBucket(PER_SECOND, MAX_SAVED);

  /** Counts a request that is no retry. */
  earn(): void {
    this.bucket.add(RETRY_SHARE);
  }

  /**
   * Returns false when there is no retry left.
   * @param reserve retries that must remain for others.
   */
  take(reserve?: number): boolean {
    return this.bucket.take(reserve);
  }
}

type Strategy = StandardRetryStrategy;
type Failure = Parameters<Strategy['refreshRetryTokenForRetry']>[1];

/**
 * The SDK's retries within the shared budget. Not its adaptive ones: after one refusal they slow the bursts of a process for
 * as long as it runs.
 */
export class BudgetedRetries extends StandardRetryStrategy {
  constructor(
    maxAttempts: number,
    private readonly budget: RetryBudget,
  ) {
    super(async () => maxAttempts);
  }

  override async acquireInitialRetryToken(scope: string): ReturnType<Strategy['acquireInitialRetryToken']> {
    this.budget.earn();
    return super.acquireInitialRetryToken(scope);
  }

  /** Rejects for an error that is final, and when there is no retry left. The SDK throws its own error then. */
  override async refreshRetryTokenForRetry(
    ...[token, failure]: Parameters<Strategy['refreshRetryTokenForRetry']>
  ): ReturnType<Strategy['refreshRetryTokenForRetry']> {
    const next = await super.refreshRetryTokenForRetry(token, temporaryIfSkewed(failure));
    if (!this.budget.take()) throw new Error('No retry is left');
    return next;
  }
}

/** The SDK has corrected its clock by then. By itself it repeats no request if the clock of this machine is right again. */
function temporaryIfSkewed(failure: Failure): Failure {
  const { name } = (failure.error ?? {}) as Partial<Error>;
  return name === 'RequestTimeTooSkewed' ? { ...failure, errorType: 'TRANSIENT' } : failure;
}
