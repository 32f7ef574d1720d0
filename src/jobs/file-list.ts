import { LonghaulError } from '../contract/errors.js';
import type { ListedFile } from '../contract/types.js';

/** The files that can be downloaded. */
export interface FileList {
  /**
   * @param query part of an id or name; empty for all.
   * @param after what a page before this one said is next; `''` for the beginning.
   * @returns perhaps fewer than `limit` though there are more: then `next` is not null.
   * @throws LonghaulError ROUTE_NOT_FOUND when there is no such list here, STORAGE_UNAVAILABLE.
   */
  list(
    query: string,
    after: string,
    limit: number,
    signal: AbortSignal,
  ): Promise<{ files: ListedFile[]; next: string | null }>;
}

/** No list, and why. */
export class NoFileList implements FileList {
  constructor(private readonly reason: string) {}

  async list(): Promise<never> {
    throw new LonghaulError('ROUTE_NOT_FOUND', this.reason);
  }
}
