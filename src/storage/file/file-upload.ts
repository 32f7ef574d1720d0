import { randomUUID } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCodeOf } from '../../runtime/system-error.js';
import { toStoreError } from './file-errors.js';
import { moveInto, pruneEmpty, syncFolder } from './file-tree.js';

const CREATE_ATTEMPTS = 3;

/** A file that is written where nobody looks, and then takes its place in one step. */
export class FileUpload {
  private constructor(
    private readonly root: string,
    private readonly path: string,
    private readonly file: FileHandle,
  ) {}

  /** @param folder where it lies until it is published, below `root`. */
  static async begin(folder: string, root: string): Promise<FileUpload> {
    const path = join(folder, randomUUID());
    return mapped(async () => new FileUpload(root, path, await create(path)));
  }

  /** A path beside the upload, that goes when it goes. */
  get sidecarPath(): string {
    return `${this.path}.json`;
  }

  append(bytes: Buffer): Promise<void> {
    return mapped(() => this.file.writeFile(bytes));
  }

  /** Puts the bytes on the disk: a job that is told complete must survive a power cut. Says what they are. */
  finish(): Promise<BigIntStats> {
    return mapped(async () => {
      await this.file.datasync();
      const version = await this.file.stat({ bigint: true });
      await this.file.close();
      return version;
    });
  }

  /** Takes the place of what is at `target`; fails when somebody withdrew the upload. */
  publish(target: string): Promise<void> {
    return mapped(async () => {
      const folders = await moveInto(this.path, target);
      // Else a power cut could take the name away again, and the folders that were made for it.
      for (const folder of folders) await syncFolder(folder);
    });
  }

  /**
   * Removes what is left of the upload: nothing but empty folders when it was published. Best effort: what remains,
   * `abortUploads` finds.
   */
  async end(): Promise<void> {
    await this.file.close().catch(() => {});
    await removeUpload(this.path, this.root).catch(() => {});
  }
}

/** True for what lies beside an upload. */
export function isSidecar(path: string): boolean {
  return path.endsWith('.json');
}

/** Removes an unfinished upload, and the folders that were made for it. */
export async function removeUpload(path: string, root: string): Promise<void> {
  await rm(path, { force: true });
  await rm(`${path}.json`, { force: true });
  await pruneEmpty(dirname(path), root);
}

/** Runs a step of the store's own, so that its errors are not taken for the body's. */
export async function mapped<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw toStoreError(error);
  }
}

async function create(path: string): Promise<FileHandle> {
  for (let attempt = 1; ; attempt++) {
    await mkdir(dirname(path), { recursive: true });
    try {
      return await open(path, 'wx');
    } catch (error) {
      // Another upload of the same key has ended and removed the folder just now.
      if (systemCodeOf(error) !== 'ENOENT' || attempt === CREATE_ATTEMPTS) throw error;
    }
  }
}
