import { LonghaulError } from '../contract/errors.js';
import type { FileId } from '../contract/files.js';
import type { FilesEstimate, ListedFile } from '../contract/http/answers.js';
import type { DownloadJob } from '../contract/job.js';

/** Tells whether a file could be downloaded now. */
export interface FileLookup {
  /**
   * @returns undefined when the file does not exist, the user may not have it, or no job could read it; the key is null
   * when the file is no object of the store.
   */
  lookUp(userId: string, fileId: FileId): Promise<{ key: string | null; size: number } | undefined>;
}

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

/** Says what would become of a download. */
export interface Estimator {
  /** @throws LonghaulError when catalogue or store do not answer, and the signal's reason. */
  estimate(job: DownloadJob, signal: AbortSignal): Promise<FilesEstimate>;
}
