import { constants, type FileHandle, lutimes, open, rename, rm, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CommandError, notSaved, systemCode } from '../errors.js';
import { formatBytes } from '../output/quantities.js';
import { diskFailure } from './disk-failure.js';
import {
  abandonedParts,
  type ArchiveIdentity,
  archiveWord,
  BEAT_MS,
  ownPath,
  type Part,
  restingPath,
  savedByAnother,
} from './part-names.js';
import { publish } from './publish.js';
import type { Sink } from './sink.js';
import { assertAbsent } from './target.js';

/**
 * An archive until it is complete and verified. Each command writes a file of its own, so that no other command
 * changes bytes that were verified. A later command takes over the file of an ended one by giving it a new name.
 */
export class PartialFile implements Sink {
  etag: string | undefined;
  private isLost = false;
  private readonly beat: NodeJS.Timeout;

  private constructor(
    readonly finalPath: string,
    private readonly path: string,
    private readonly handle: FileHandle,
    private readonly archive: ArchiveIdentity,
    public offset: number,
  ) {
    this.beat = setInterval(() => void this.touch(), BEAT_MS).unref();
  }

  /**
   * Goes on with what an earlier command left of the same archive, or begins a new part.
   * @throws CommandError if another command saves to the same place or has saved, or if the disk has too little space.
   */
  static async open(
    finalPath: string,
    archive: ArchiveIdentity,
    { force, signal }: { force: boolean; signal: AbortSignal },
  ): Promise<PartialFile> {
    try {
      const path = ownPath(finalPath, archiveWord(archive));
      const parts = await abandonedParts(finalPath, signal);
      // The file may have appeared since the command began.
      await assertAbsent(finalPath, force);
      await takeOver(parts, finalPath, path, archive);
      const handle = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW);
      const { size } = await handle.stat();
      const part = new PartialFile(finalPath, path, handle, archive, size);
      if (size > archive.size) await part.restart();
      await part.assertSpace().catch(async (error: unknown) => {
        await part.close();
        throw error;
      });
      return part;
    } catch (error) {
      throw systemCode(error) === undefined ? error : diskFailure(finalPath, error);
    }
  }

  /** Reads the bytes that are there already. */
  kept(): AsyncIterable<Buffer> {
    return this.handle.createReadStream({ start: 0, autoClose: false, highWaterMark: 1_048_576 });
  }

  async keepEtag(etag: string | undefined): Promise<void> {
    this.etag = etag;
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (this.isLost) throw this.lost();
    try {
      for (let done = 0; done < chunk.length;) {
        const { bytesWritten } = await this.handle.write(chunk, done, chunk.length - done, this.offset);
        done += bytesWritten;
        this.offset += bytesWritten;
      }
    } catch (error) {
      throw diskFailure(this.finalPath, error);
    }
  }

  async restart(): Promise<boolean> {
    await this.handle.truncate(0);
    this.offset = 0;
    this.etag = undefined;
    return true;
  }

  /** Gives the complete file its name. Keeps the part if that fails. */
  async finish(force: boolean): Promise<void> {
    try {
      // Otherwise a crash may leave the name without the bytes. Network file systems report a full disk only here.
      await this.handle.sync();
      await this.touch();
      const { size } = await this.handle.stat();
      if (this.isLost || size !== this.archive.size) throw this.lost();
      await this.handle.close();
      await publish(this.path, this.finalPath, force);
      clearInterval(this.beat);
    } catch (error) {
      await this.close();
      throw error instanceof CommandError ? error : diskFailure(this.finalPath, error);
    }
  }

  /** Keeps what there is for a later run. */
  async close(): Promise<void> {
    if (this.offset === 0) {
      await this.discard();
      return;
    }
    clearInterval(this.beat);
    await this.handle.close();
    await rename(this.path, restingPath(this.finalPath, archiveWord(this.archive))).catch(() => {});
  }

  /** Removes the part. */
  async discard(): Promise<void> {
    clearInterval(this.beat);
    await this.handle.close();
    await rm(this.path, { force: true });
  }

  /** Shows other commands that this one still runs. */
  private async touch(): Promise<void> {
    const now = new Date();
    await lutimes(this.path, now, now).catch((error: unknown) => {
      if (systemCode(error) === 'ENOENT') this.isLost = true;
    });
  }

  private lost(): CommandError {
    return notSaved(
      `${this.finalPath} cannot be saved. Another command took its part over, or changed it. Run the same command again.`,
    );
  }

  private async assertSpace(): Promise<void> {
    const { bavail, bsize } = await statfs(dirname(this.finalPath));
    const needed = this.archive.size - this.offset;
    const free = bavail * bsize;
    if (free >= needed) return;
    throw notSaved(
      `${this.finalPath} cannot be saved. It needs ${formatBytes(needed)}, and the disk has ${formatBytes(free)} free. ` +
        'Free some space, or choose another place with -o.',
    );
  }
}

/** Gives the largest abandoned part of the archive a new name, and removes all others, which nothing can use. */
async function takeOver(
  parts: readonly Part[],
  finalPath: string,
  path: string,
  archive: ArchiveIdentity,
): Promise<void> {
  const word = archiveWord(archive);
  const [best] = parts
    // A file with two names may be a saved archive.
    .filter((part) => part.archive === word && part.nlink === 1)
    .toSorted((one, other) => other.size - one.size);
  if (best) {
    await rename(best.path, path).catch((error: unknown) => {
      throw systemCode(error) === 'ENOENT' ? savedByAnother(finalPath) : error;
    });
  }
  for (const part of parts) if (part !== best) await rm(part.path, { force: true });
}
