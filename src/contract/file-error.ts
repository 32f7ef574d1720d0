import { type ErrorCode, LonghaulError } from './errors.js';
import type { FileId } from './files.js';

/**
 * An error that concerns one file. Sources do not know file ids, so they throw it without a subject and the message
 * begins with "The file". Callers that know the id call `about`.
 */
export class FileError extends LonghaulError {
  override readonly name: string = 'FileError';

  /** True when the file itself may be the cause, although the code is about its store or server. */
  readonly suspectsFile: boolean;

  /** The file; undefined while the error has no subject. */
  readonly fileId: FileId | undefined;

  /** @param predicate The rest of the message, such as `is not on its server. Check its id.` */
  constructor(
    code: ErrorCode,
    readonly predicate: string,
    {
      subject = 'The file',
      cause,
      suspectsFile = false,
      fileId,
    }: { subject?: string; cause?: unknown; suspectsFile?: boolean; fileId?: FileId } = {},
  ) {
    super(code, `${subject} ${predicate}`, { cause });
    this.suspectsFile = suspectsFile;
    this.fileId = fileId;
  }

  /** Returns the same error with another subject, such as `File 70001`. */
  about(fileId: FileId, subject: string): FileError {
    const { code, predicate, cause, suspectsFile } = this;
    return new FileError(code, predicate, { subject, cause, suspectsFile, fileId });
  }
}
