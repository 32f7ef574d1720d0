import type { FileId } from '../contract/types.js';

/** Tells whether a file could be downloaded now. */
export interface FileLookup {
  /**
   * @returns undefined when the file does not exist, the user may not have it, or no job could read it; the key is null
   * when the file is no object of the store.
   */
  lookUp(userId: string, fileId: FileId): Promise<{ key: string | null; size: number } | undefined>;
}
