/** The command was not given as it must be; exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The API cannot be reached, or refused; exit status 1. */
export class RequestFailed extends Error {
  override readonly name = 'RequestFailed';
}
