import {
  type ConnectionOptions,
  defaultGrpcRetryOptions,
  makeGrpcRetryInterceptor,
} from '@temporalio/client';

/** gRPC code of a server that limits its callers. */
const RESOURCE_EXHAUSTED = 8;

/**
 * Retries as the Temporal client does by default, but never for a server that has too much to do. The answer is 503 then,
 * and the client of the API comes back later.
 */
export function grpcRetries(): NonNullable<ConnectionOptions['interceptors']>[number] {
  const options = defaultGrpcRetryOptions();
  return makeGrpcRetryInterceptor({
    ...options,
    retryableDecider: (attempt, status) =>
      (status.code as number) !== RESOURCE_EXHAUSTED && options.retryableDecider(attempt, status),
  });
}
