import type { FileHandle } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { Readable } from 'node:stream';
import { assertVersion, etagOf } from './file-version.js';

const CHUNK_BYTES = 64 * 1024;

/**
 * Streams an open file from `start` to `end` inclusive, and closes it. Compares the version after the last byte with the
 * version before the first, otherwise a file overwritten in place would yield an undetected mix of two versions.
 * @throws LonghaulError FILE_CHANGED, emitted by the stream before it ends.
 */
export class FileBody extends Readable {
  private position: number;
  private remaining: number;

  constructor(
    private readonly file: FileHandle,
    private readonly version: BigIntStats,
    { start, end }: { start: number; end: number },
  ) {
    super({ highWaterMark: CHUNK_BYTES });
    this.position = start;
    this.remaining = Math.max(0, Math.min(end, Number(version.size) - 1) - start + 1);
  }

  override _read(): void {
    this.readNext().then(
      (chunk) => this.push(chunk),
      (error: unknown) => this.destroy(error as Error),
    );
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    void this.close(() => callback(error));
  }

  private async close(closed: () => void): Promise<void> {
    // Ignore errors: nothing was written, so a failed close loses nothing.
    await this.file.close().catch(() => {});
    closed();
  }

  /** Returns the next chunk, or null at the end. */
  private async readNext(): Promise<Buffer | null> {
    const length = Math.min(CHUNK_BYTES, this.remaining);
    const chunk = Buffer.allocUnsafe(length);
    const { bytesRead } =
      length > 0 ? await this.file.read(chunk, 0, length, this.position) : { bytesRead: 0 };
    this.position += bytesRead;
    this.remaining -= bytesRead;
    if (bytesRead > 0) return chunk.subarray(0, bytesRead);
    assertVersion(await this.file.stat({ bigint: true }), etagOf(this.version));
    return null;
  }
}
