import { LonghaulError } from '../client/index.js';
import { EXIT, type ExitCode } from './exit-codes.js';

/** A failure of a command. The message says what happened and what to do. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';

  constructor(
    readonly exitCode: ExitCode,
    message: string,
    options: { cause?: unknown } = {},
  ) {
    super(message, options);
  }
}

/** The command line is not valid. */
export class UsageError extends CommandError {
  override readonly name = 'UsageError';

  constructor(message: string, options: { cause?: unknown } = {}) {
    super(EXIT.usage, message, options);
  }
}

/** A failure after which the command can be run again: unreachable, busy, too slow. */
export function runAgain(message: string, cause?: unknown): CommandError {
  return new CommandError(EXIT.runAgain, message, { cause });
}

/** The archive is not on the disk: checksum, space, rights or an existing file. */
export function notSaved(message: string, cause?: unknown): CommandError {
  return new CommandError(EXIT.notSaved, message, { cause });
}

/** Codes of the API that are not told by their status. */
const EXIT_OF_CODE: Partial<Record<string, ExitCode>> = {
  INVALID_REQUEST: EXIT.usage,
  JOB_NOT_FOUND: EXIT.unknownJob,
  JOB_EXPIRED: EXIT.unknownJob,
  ARCHIVE_DELETED: EXIT.unknownJob,
  UNAUTHENTICATED: EXIT.notSignedIn,
  FORBIDDEN: EXIT.notSignedIn,
  TOO_MANY_JOBS: EXIT.runAgain,
  STORAGE_FULL: EXIT.runAgain,
};

/** Returns the exit code of a failure. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommandError) return error.exitCode;
  if (!(error instanceof LonghaulError)) return EXIT.error;
  const known = EXIT_OF_CODE[error.code];
  if (known !== undefined) return known;
  if (error.passing) return EXIT.runAgain;
  return error.status === 401 || error.status === 403 ? EXIT.notSignedIn : EXIT.error;
}

/** Returns the code of a system error, such as `ENOSPC`. */
export function systemCode(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : undefined;
}
