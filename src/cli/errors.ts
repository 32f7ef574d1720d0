/** The command line is invalid. Exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The API is unreachable or rejected the request. Exit status 1. */
export class RequestFailed extends Error {
  override readonly name = 'RequestFailed';
}
