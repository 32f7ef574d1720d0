import type { FileId } from '../contract/types.js';

/** Tells whether a file could be downloaded now. */
export interface FileLookup {
  /** @returns undefined when the file does not exist or the user may not have it. */
  lookUp(userId: string, fileId: FileId): Promise<{ key: string; size: number } | undefined>;
}
