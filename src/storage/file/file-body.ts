import type { FileHandle } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { Readable } from 'node:stream';
import { assertVersion, etagOf } from './file-version.js';

const CHUNK_BYTES = 64 * 1024;

/**
 * The bytes of an open file from `start` to `end` inclusive; closes it. A file that is overwritten in place while it is
 * read would yield a mixture of two versions, of the right size and with nothing wrong to be seen: so what the file is
 * when its last byte is read must be what it was before the first.
 * @throws LonghaulError FILE_CHANGED, by the stream, before it ends.
 */
export class FileBody extends Readable {
  private position: number;
  private left: number;

  constructor(
    private readonly file: FileHandle,
    private readonly version: BigIntStats,
    { start, end }: { start: number; end: number },
  ) {
    super({ highWaterMark: CHUNK_BYTES });
    this.position = start;
    this.left = Math.max(0, Math.min(end, Number(version.size) - 1) - start + 1);
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
    // Nothing was written, so that failing to close loses nothing.
    await this.file.close().catch(() => {});
    closed();
  }

  /** Null at the end. */
  private async readNext(): Promise<Buffer | null> {
    const length = Math.min(CHUNK_BYTES, this.left);
    const chunk = Buffer.allocUnsafe(length);
    const { bytesRead } =
      length > 0 ? await this.file.read(chunk, 0, length, this.position) : { bytesRead: 0 };
    this.position += bytesRead;
    this.left -= bytesRead;
    if (bytesRead > 0) return chunk.subarray(0, bytesRead);
    assertVersion(await this.file.stat({ bigint: true }), etagOf(this.version));
    return null;
  }
}
