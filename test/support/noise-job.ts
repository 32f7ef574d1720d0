import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { expect } from '@jest/globals';
import type { DownloadStatus } from '../../src/contract/http/answers.js';
import { outcomesKey, SUMS_PREFIX } from '../../src/storage/keys.js';
import { collect, noise } from './bodies.js';
import type { Stack } from './stack.js';
import { readWithPython } from './unpack.js';

const FIRST_ID = 70_000;

/** A job of equal files that do not compress, on a stack with an S3 store. */
export class NoiseJob {
  readonly body: { fileIds: number[]; archive: { compression: string } };

  constructor(
    private readonly stack: Stack,
    private readonly files: number,
    private readonly fileBytes: number,
  ) {
    const fileIds = Array.from({ length: files }, (_, i) => FIRST_ID + i);
    this.body = { fileIds, archive: { compression: 'store' } };
  }

  async storeFiles(): Promise<void> {
    const bytes = noise(this.fileBytes);
    for (const id of this.body.fileIds) await this.stack.store.write(`downloads/${id}`, bytes);
  }

  /** Starts the job. Its worker reads the files, because no archive before has left their checksums. */
  async start(): Promise<string> {
    await this.forgetSums();
    return (await this.stack.initiate(this.body)).jobId;
  }

  /** Expects an archive with the right bytes, its outcomes, and nothing else. Deletes it. */
  async expectArchive(status: DownloadStatus): Promise<void> {
    expect(status).toMatchObject({ status: 'completed', error: null });
    const { jobId } = status;
    const path = join(this.stack.dataDir, `${jobId}.zip`);
    let sum = 0;
    const response = await this.stack.archive(jobId);
    const summed = async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        sum = crc32(chunk, sum);
        yield chunk;
      }
    };
    await pipeline(Readable.fromWeb(response.body as never), summed, createWriteStream(path));
    expect(status.archive?.checksum).toBe(`crc32:${sum.toString(16).padStart(8, '0')}`);
    const entries = await readWithPython(path, 'zip');
    expect(entries.map(({ size }) => size)).toEqual(Array.from({ length: this.files }, () => this.fileBytes));
    await rm(path);
    const keys = await this.stack.artifacts(jobId);
    const archive = keys.find((key) => key.endsWith('.zip'))!;
    expect(keys.toSorted()).toEqual([archive, outcomesKey(archive)].toSorted());
    await this.stack.store.delete(keys);
    await this.expectNoUpload();
  }

  async expectNoUpload(): Promise<void> {
    expect(await collect(this.stack.store.listUploads('archives/'))).toEqual([]);
  }

  private async forgetSums(): Promise<void> {
    const sums = await collect(this.stack.store.list(SUMS_PREFIX));
    await this.stack.store.delete(sums.map(({ key }) => key));
  }
}

/** Expects progress that never goes back. */
export function expectForward(seen: readonly DownloadStatus[]): void {
  const bytes = seen.map(({ bytesProcessed }) => bytesProcessed);
  expect(bytes).toEqual(bytes.toSorted((a, b) => a - b));
}
