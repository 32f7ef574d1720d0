import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompletedPart,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListPartsCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { Part } from '../../bytes/part-cutter.js';
import type { S3Bucket } from './s3-bucket.js';
import { failedRequestOf } from './s3-errors.js';

/** Headers that an object is stored with. */
export interface StoredHeaders {
  ContentType?: string;
  Metadata?: Record<string, string>;
}

/** Slower than this a connection is taken for broken; one megabit per second. */
const SLOWEST_BYTES_PER_MS = 128;

/** Some stores copy all parts together before they answer. */
const COMPLETE_MS = 120_000;

/** Who waits for a withdrawal waits for a job to be cancelled; a store that hangs must not make that minutes. */
const WITHDRAW_MS = 10_000;
const WITHDRAW_ATTEMPTS = 5;
const WITHDRAW_PAUSE_MS = 200;

/** How long `bytes` may take to be sent and answered. */
export function uploadMs(bytes: number, answerMs: number): number {
  return answerMs + Math.ceil(bytes / SLOWEST_BYTES_PER_MS);
}

/** An upload in parts that has begun in the store; it lives until it is completed or withdrawn. */
export class MultipartUpload {
  private constructor(
    private readonly bucket: S3Bucket,
    private readonly key: string,
    private readonly id: string,
  ) {}

  /** Better not aborted: an upload whose id never arrived is withdrawn by `abortUploads` alone. */
  static async begin(
    bucket: S3Bucket,
    key: string,
    headers: StoredHeaders,
    signal?: AbortSignal,
  ): Promise<MultipartUpload> {
    const command = new CreateMultipartUploadCommand({ ...bucket.object(key), ...headers });
    const { UploadId } = await bucket.call(
      'CreateMultipartUpload',
      (http) => bucket.client.send(command, http),
      { key, signal },
    );
    return new MultipartUpload(bucket, key, UploadId!);
  }

  /** Sends one part; in any order, several at once. */
  async send({ number, bytes }: Part, signal?: AbortSignal): Promise<CompletedPart> {
    const { bucket, key } = this;
    const command = new UploadPartCommand({ ...this.target, PartNumber: number, Body: bytes });
    const answerMs = uploadMs(bytes.length, bucket.limits.answerMs);
    const { ETag } = await bucket.call('UploadPart', (http) => bucket.client.send(command, http), {
      key,
      signal,
      answerMs,
    });
    return { PartNumber: number, ETag };
  }

  /** Makes the object appear, of `parts` in the order of their numbers; returns its ETag. */
  async complete(parts: CompletedPart[], signal?: AbortSignal): Promise<string> {
    const { bucket, key } = this;
    const command = new CompleteMultipartUploadCommand({ ...this.target, MultipartUpload: { Parts: parts } });
    const options = { key, signal, answerMs: Math.max(COMPLETE_MS, bucket.limits.answerMs) };
    try {
      const { ETag } = await bucket.call(
        'CompleteMultipartUpload',
        (http) => bucket.client.send(command, http),
        options,
      );
      return ETag!;
    } catch (error) {
      if (isNoSuchUpload(error) && (await this.wasCompleted(parts))) return etagOf(parts)!;
      throw error;
    }
  }

  /**
   * Gives the upload up. A part that was still on its way may arrive after an abort and bring the upload back
   * (S3 API, AbortMultipartUpload), so the store is asked until it knows it no more. Best effort: what remains,
   * `abortUploads` finds.
   */
  async withdraw(): Promise<void> {
    const signal = AbortSignal.timeout(WITHDRAW_MS);
    for (let attempt = 1; attempt <= WITHDRAW_ATTEMPTS && !signal.aborted; attempt++) {
      try {
        if (attempt > 1) await delay(WITHDRAW_PAUSE_MS * attempt, undefined, { signal });
        await abortUpload(this.bucket, this.key, this.id, signal);
        if (await this.isGone(signal)) return;
      } catch {
        // The store has trouble, probably the same as the write had.
      }
    }
  }

  private get target() {
    return { ...this.bucket.object(this.key), UploadId: this.id };
  }

  private async isGone(signal: AbortSignal): Promise<boolean> {
    const { bucket, key } = this;
    const command = new ListPartsCommand({ ...this.target, MaxParts: 1 });
    try {
      await bucket.call('ListParts', (http) => bucket.client.send(command, http), { key, signal });
      return false;
    } catch (error) {
      if (isNoSuchUpload(error)) return true;
      throw error;
    }
  }

  /**
   * Whether an earlier try of the same completion, whose answer got lost, has done it: then the object has the
   * ETag that S3 makes of these parts.
   */
  private async wasCompleted(parts: CompletedPart[]): Promise<boolean> {
    const { bucket, key } = this;
    const command = new HeadObjectCommand(bucket.object(key));
    const expected = etagOf(parts);
    if (expected === null) return false;
    const { ETag } = await bucket.call('HeadObject', (http) => bucket.client.send(command, http), { key });
    return ETag === expected;
  }
}

/** Withdraws the upload `id` of `key`; one that is gone is no error. */
export async function abortUpload(
  bucket: S3Bucket,
  key: string,
  id: string,
  signal?: AbortSignal,
): Promise<void> {
  const command = new AbortMultipartUploadCommand({ ...bucket.object(key), UploadId: id });
  try {
    await bucket.call('AbortMultipartUpload', (http) => bucket.client.send(command, http), { key, signal });
  } catch (error) {
    if (!isNoSuchUpload(error)) throw error;
  }
}

function isNoSuchUpload(error: unknown): boolean {
  return failedRequestOf(error)?.code === 'NoSuchUpload';
}

/** MD5 of the parts' MD5s and their number; null when the parts' ETags are no MD5s, as with encryption by KMS. */
function etagOf(parts: readonly CompletedPart[]): string | null {
  const hash = createHash('md5');
  for (const { ETag } of parts) {
    const md5 = /^"?([0-9a-f]{32})"?$/.exec(ETag ?? '')?.[1];
    if (md5 === undefined) return null;
    hash.update(md5, 'hex');
  }
  return `"${hash.digest('hex')}-${parts.length}"`;
}
