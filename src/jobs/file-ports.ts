import { LonghaulError } from '../contract/errors.js';
import type { FileId } from '../contract/files.js';
import type { FilesEstimate, ListDetail, ListedFile } from '../contract/http/answers.js';
import type { DownloadJob } from '../contract/job.js';

/** Checks a single file. */
export interface FileLookup {
  /**
   * @returns undefined when the file does not exist, is forbidden to the user, or cannot be read by a job. The key is
   * null for a file outside the object store.
   */
  lookUp(userId: string, fileId: FileId): Promise<{ key: string | null; size: number } | undefined>;
}

/** The list of files that can be downloaded. */
export interface FileList {
  /**
   * @param query part of an id or name; empty for all.
   * @param detail `ids` leaves the names out, and searches ids alone.
   * @param after the `next` of the page before; `''` for the first page.
   * @returns a page that may hold fewer than `limit` files and still have a `next`; `next` is null on the last page.
   * @throws LonghaulError ROUTE_NOT_FOUND when this server has no list, STORAGE_UNAVAILABLE.
   */
  list(
    query: string,
    after: string,
    limit: number,
    signal: AbortSignal,
    detail?: ListDetail,
  ): Promise<{ files: ListedFile[]; next: string | null }>;
}

/** Stands for a list that this server does not have. */
export class NoFileList implements FileList {
  constructor(private readonly reason: string) {}

  async list(): Promise<never> {
    throw new LonghaulError('ROUTE_NOT_FOUND', this.reason);
  }
}

/** Estimates a download without starting it. */
export interface Estimator {
  /** @throws LonghaulError when the catalogue or the store is unavailable; the reason of `signal` when it aborts. */
  estimate(job: DownloadJob, signal: AbortSignal): Promise<FilesEstimate>;
}
