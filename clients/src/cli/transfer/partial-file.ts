import { type FileHandle, open, readFile, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CommandError, notSaved, systemCode } from '../errors.js';
import { formatBytes } from '../output/quantities.js';
import { diskFailure } from './disk-failure.js';
import type { Sink } from './sink.js';
import { assertAbsent } from './target.js';

/** Identifies an archive. */
export interface ArchiveIdentity {
  size: number;
  checksum: string;
}

/** Written beside the part, so that a later run resumes the same archive only. */
interface Note extends ArchiveIdentity {
  etag?: string;
  /** The process that writes. */
  pid: number;
}

/** `NAME.part`: an archive until it is complete and verified. */
export class PartialFile implements Sink {
  private constructor(
    readonly finalPath: string,
    private readonly handle: FileHandle,
    private readonly archive: ArchiveIdentity,
    public offset: number,
    public etag: string | undefined,
  ) {}

  /**
   * Opens the part of an earlier run if it belongs to the same archive, else a new one.
   * @throws CommandError if another process writes it, or if the disk has too little space.
   */
  static async open(finalPath: string, archive: ArchiveIdentity): Promise<PartialFile> {
    const note = await readNote(finalPath);
    if (note && isRunning(note.pid)) {
      throw notSaved(
        `Another command (process ${note.pid}) saves to ${finalPath} now. Wait for it, or choose another name with -o.`,
      );
    }
    try {
      const handle = await open(partOf(finalPath), 'a+').then(async (created) => {
        await created.close();
        return open(partOf(finalPath), 'r+');
      });
      const { size } = await handle.stat();
      const isSame =
        note?.checksum === archive.checksum && note.size === archive.size && size <= archive.size;
      const part = new PartialFile(
        finalPath,
        handle,
        archive,
        isSame ? size : 0,
        isSame ? note.etag : undefined,
      );
      if (!isSame) await handle.truncate(0);
      await part.assertSpace().catch(async (error: unknown) => {
        await (part.offset === 0 ? part.discard() : part.close());
        throw error;
      });
      await part.writeNote();
      return part;
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
      throw diskFailure(finalPath, error);
    }
  }

  /** Reads the bytes that are there already. */
  kept(): AsyncIterable<Buffer> {
    return this.handle.createReadStream({ start: 0, autoClose: false, highWaterMark: 1_048_576 });
  }

  async keepEtag(etag: string | undefined): Promise<void> {
    if (etag === this.etag) return;
    this.etag = etag;
    await this.writeNote();
  }

  async write(chunk: Uint8Array): Promise<void> {
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
    await this.keepEtag(undefined);
    return true;
  }

  /** Gives the complete file its name. */
  async finish(force: boolean): Promise<void> {
    try {
      // Network file systems report a full disk only here.
      await this.handle.close();
      await assertAbsent(this.finalPath, force);
      await rename(partOf(this.finalPath), this.finalPath);
    } catch (error) {
      throw error instanceof CommandError ? error : diskFailure(this.finalPath, error);
    } finally {
      await rm(noteOf(this.finalPath), { force: true });
    }
  }

  /** Keeps the part for a later run. */
  async close(): Promise<void> {
    await this.handle.close();
    await this.writeNote(0).catch(() => {});
  }

  /** Removes the part. */
  async discard(): Promise<void> {
    await this.handle.close();
    await rm(partOf(this.finalPath), { force: true });
    await rm(noteOf(this.finalPath), { force: true });
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

  private async writeNote(pid = process.pid): Promise<void> {
    const { size, checksum } = this.archive;
    const note: Note = { size, checksum, ...(this.etag !== undefined && { etag: this.etag }), pid };
    await writeFile(noteOf(this.finalPath), JSON.stringify(note));
  }
}

function partOf(path: string): string {
  return `${path}.part`;
}

function noteOf(path: string): string {
  return `${path}.part.json`;
}

/** Returns undefined without a note, or for one that was broken off. */
async function readNote(path: string): Promise<Note | undefined> {
  try {
    return JSON.parse(await readFile(noteOf(path), 'utf8')) as Note;
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw diskFailure(path, error);
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}
