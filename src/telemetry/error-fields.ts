/** Limits the causes of a logged error: a cycle of causes would never end. */
const MAX_CAUSES = 8;

/** Keeps the known fields of an error only: libraries attach requests, with headers and credentials, to theirs. */
export function errorFields(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as { code?: unknown };
  return {
    type: error.name === 'Error' ? error.constructor.name : error.name,
    message: error.message,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...(error.cause instanceof Error && depth < MAX_CAUSES
      ? { cause: errorFields(error.cause, depth + 1) }
      : {}),
  };
}
