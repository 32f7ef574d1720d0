import type { ErrorCode } from '../errors.js';
import type { FileId } from '../types.js';

/** A file as it would be in the archive. */
export interface EstimatedFile {
  fileId: FileId;
  /** Entry name: safe, and unique within the archive. */
  name: string;
  /** Bytes. */
  size: number;
}

/** What a download would become, in full: the answer of the dry run lists the first of each. */
export interface FilesEstimate {
  files: EstimatedFile[];
  missing: { fileId: FileId; code: ErrorCode; message: string }[];
  /** Files whose entries cannot have the name that was asked for, or that the file has. */
  renamed: { fileId: FileId; name: string; insteadOf: string }[];
  /** Bytes of the files found. */
  bytesTotal: number;
  /** Most bytes that the archive may have, if none of the files compresses at all. */
  archiveBytes: number;
}

/** Answer to the dry run of a download. */
export interface Estimate extends FilesEstimate {
  totalFileIds: number;
  /** Ids that stood in the request more than once; each counts once. */
  duplicateFileIds: FileId[];
  filesFound: number;
  filesMissing: number;
  filesRenamed: number;
  /** True when the lists do not hold all that was counted. */
  truncated: boolean;
  /** Whether the files have more bytes together than one download may have. */
  tooLarge: boolean;
  maxBytes: number;
  etaSeconds: number;
}
