import { randomUUID } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { type FileHandle, rm } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { withStoreErrors } from './file-errors.js';
import { createFile, moveInto, pruneEmpty, syncFolder } from './file-tree.js';

const SIDECAR_SUFFIX = '.json';

/** A file that is written in a temporary folder and then moved to its path in one atomic step. */
export class FileUpload {
  private constructor(
    private readonly root: string,
    private readonly path: string,
    private readonly file: FileHandle,
  ) {}

  /**
   * Creates the temporary file.
   * @param folder temporary folder of this object, below `root`.
   */
  static async begin(folder: string, root: string): Promise<FileUpload> {
    const path = join(folder, randomUUID());
    return withStoreErrors(async () => new FileUpload(root, path, await createFile(path)));
  }

  /** A path beside the upload, removed together with it. */
  get sidecarPath(): string {
    return sidecarPathOf(this.path);
  }

  append(bytes: Buffer): Promise<void> {
    return withStoreErrors(() => this.file.writeFile(bytes));
  }

  /** Writes bytes at their position, which may be behind the end. */
  writeAt(position: number, buffers: readonly Uint8Array[]): Promise<void> {
    return withStoreErrors(async () => {
      let at = position;
      for (const buffer of buffers)
        for (let done = 0; done < buffer.length;) {
          const { bytesWritten } = await this.file.write(buffer, done, buffer.length - done, at);
          done += bytesWritten;
          at += bytesWritten;
        }
    });
  }

  /** Drops all bytes behind the first `size`. */
  truncate(size: number): Promise<void> {
    return withStoreErrors(() => this.file.truncate(size));
  }

  /** Flushes the bytes to disk, so that a completed job survives a power failure. Returns their version. */
  finish(): Promise<BigIntStats> {
    return withStoreErrors(async () => {
      await this.file.datasync();
      const version = await this.file.stat({ bigint: true });
      await this.file.close();
      return version;
    });
  }

  /** Atomically replaces the file at `target`. Fails when the upload was withdrawn. */
  publish(target: string): Promise<void> {
    return withStoreErrors(async () => {
      const folders = await moveInto(this.path, target);
      // Flush the new entries, otherwise a power failure could remove the name and its new folders.
      for (const folder of folders) await syncFolder(folder);
    });
  }

  /**
   * Removes the rest of the upload: only empty folders once it was published. Idempotent and best effort; `abortUploads`
   * removes what remains.
   */
  async end(): Promise<void> {
    await this.file.close().catch(() => {});
    await removeUpload(this.path, this.root).catch(() => {});
  }
}

/** Returns true for the file that an upload began with; false for its sidecar and its parts, whose names have a dot. */
export function isUpload(key: string): boolean {
  return !posix.basename(key).includes('.');
}

/** Removes an unfinished upload with its sidecar and its empty folders. Idempotent. */
export async function removeUpload(path: string, root: string): Promise<void> {
  await rm(path, { force: true });
  await rm(sidecarPathOf(path), { force: true });
  await pruneEmpty(dirname(path), root);
}

function sidecarPathOf(path: string): string {
  return path + SIDECAR_SUFFIX;
}
