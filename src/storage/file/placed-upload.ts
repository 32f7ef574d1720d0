import type { BigIntStats } from 'node:fs';
import type { LocalUpload, ObjectVersion, SentPart } from '../multipart-store.js';
import { incompleteUpload } from '../store-errors.js';
import type { FileUpload } from './file-upload.js';
import { etagOf } from './file-version.js';

/** Writes each part at its place in one file, so that completion moves no bytes. @see LocalUpload */
export class PlacedUpload implements LocalUpload {
  private isOver = false;

  /** @param publish moves the finished file to its path. */
  constructor(
    private readonly key: string,
    private readonly upload: FileUpload,
    private readonly publish: (version: BigIntStats) => Promise<void>,
  ) {}

  async sendPart(
    number: number,
    buffers: readonly Uint8Array[],
    _crc32: number,
    signal: AbortSignal,
    position: number,
  ): Promise<SentPart> {
    signal.throwIfAborted();
    this.assertOpen();
    await this.upload.writeAt(position, buffers);
    const size = buffers.reduce((sum, { length }) => sum + length, 0);
    return { number, etag: etagAt(position), size, crc32: null };
  }

  copyPart(): Promise<SentPart> {
    return Promise.reject(new Error('A folder copies no parts'));
  }

  async complete(
    parts: readonly SentPart[],
    _crc32: number | null,
    signal?: AbortSignal,
  ): Promise<ObjectVersion> {
    signal?.throwIfAborted();
    this.assertOpen();
    let size = 0;
    for (const part of parts) {
      if (part.etag !== etagAt(size)) throw incompleteUpload(new Error(`Part ${part.number} is misplaced`));
      size += part.size;
    }
    await this.upload.truncate(size);
    const version = await this.upload.finish();
    signal?.throwIfAborted();
    if (version.nlink === 0n) throw incompleteUpload(new Error('The upload was withdrawn'));
    await this.publish(version);
    await this.abort();
    return { key: this.key, etag: etagOf(version) };
  }

  abort(): Promise<void> {
    this.isOver = true;
    return this.upload.end();
  }

  private assertOpen(): void {
    if (this.isOver) throw incompleteUpload(new Error('The upload does not exist'));
  }
}

function etagAt(position: number): string {
  return `"${position}"`;
}
