import { type ErrorCode, LonghaulError } from './errors.js';

/**
 * An error that concerns one file. Sources do not know file ids, so they throw it without a subject and the message
 * begins with "The file". Callers that know the id call `about`.
 */
export class FileError extends LonghaulError {
  override readonly name: string = 'FileError';

  /** @param predicate The rest of the message, such as `is not on its server. Check its id.` */
  constructor(
    code: ErrorCode,
    readonly predicate: string,
    { subject = 'The file', cause }: { subject?: string; cause?: unknown } = {},
  ) {
    super(code, `${subject} ${predicate}`, { cause });
  }

  /** Returns the same error with another subject, such as `File 70001`. */
  about(subject: string): FileError {
    return new FileError(this.code, this.predicate, { subject, cause: this.cause });
  }
}
