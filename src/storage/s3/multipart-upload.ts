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

/** Headers stored with an object. */
export interface StoredHeaders {
  ContentType?: string;
  Metadata?: Record<string, string>;
}

/** A slower connection counts as broken. One megabit per second. */
const SLOWEST_BYTES_PER_MS = 128;

/** Timeout of CompleteMultipartUpload. Some stores copy all parts into one object before they respond. */
const COMPLETE_MS = 120_000;

/** Total time for a withdrawal. The cancellation of a job waits for it, so a hanging store must not take minutes. */
const WITHDRAW_MS = 10_000;
const WITHDRAW_ATTEMPTS = 5;
const WITHDRAW_PAUSE_MS = 200;

/** Returns the timeout in milliseconds to send `bytes` and receive the response. */
export function uploadMs(bytes: number, answerMs: number): number {
  return answerMs + Math.ceil(bytes / SLOWEST_BYTES_PER_MS);
}

/** A multipart upload that exists in the store until it is completed or withdrawn. */
export class MultipartUpload {
  private constructor(
    private readonly bucket: S3Bucket,
    private readonly key: string,
    private readonly id: string,
  ) {}

  /** Creates the upload. Avoid aborting: only `abortUploads` can withdraw an upload whose id was never received. */
  static async begin(
    bucket: S3Bucket,
    key: string,
    headers: StoredHeaders,
    signal?: AbortSignal,
  ): Promise<MultipartUpload> {
    const command = new CreateMultipartUploadCommand({ ...bucket.object(key), ...headers });
    const { UploadId } = await bucket.send('CreateMultipartUpload', command, { key, signal });
    return new MultipartUpload(bucket, key, UploadId!);
  }

  /** Sends one part. Parts may be sent in any order and concurrently. */
  async send({ number, bytes }: Part, signal?: AbortSignal): Promise<CompletedPart> {
    const { bucket, key } = this;
    const command = new UploadPartCommand({ ...this.target, PartNumber: number, Body: bytes });
    const answerMs = uploadMs(bytes.length, bucket.limits.answerMs);
    const { ETag } = await bucket.send('UploadPart', command, { key, signal, answerMs });
    return { PartNumber: number, ETag };
  }

  /**
   * Creates the object from `parts`, sorted by number. Idempotent: succeeds when an earlier attempt did.
   * @returns the ETag of the object.
   */
  async complete(parts: CompletedPart[], signal?: AbortSignal): Promise<string> {
    const { bucket, key } = this;
    const command = new CompleteMultipartUploadCommand({ ...this.target, MultipartUpload: { Parts: parts } });
    const options = { key, signal, answerMs: Math.max(COMPLETE_MS, bucket.limits.answerMs) };
    try {
      const { ETag } = await bucket.send('CompleteMultipartUpload', command, options);
      return ETag!;
    } catch (error) {
      if (isNoSuchUpload(error) && (await this.wasCompleted(parts))) return etagOf(parts)!;
      throw error;
    }
  }

  /**
   * Withdraws the upload. Repeats the abort until the store no longer knows the upload, because a part that arrives after
   * an abort can resurrect it (S3 API, AbortMultipartUpload). Best effort; `abortUploads` removes what remains.
   */
  async withdraw(): Promise<void> {
    const signal = AbortSignal.timeout(WITHDRAW_MS);
    for (let attempt = 1; attempt <= WITHDRAW_ATTEMPTS && !signal.aborted; attempt++) {
      try {
        if (attempt > 1) await delay(WITHDRAW_PAUSE_MS * attempt, undefined, { signal });
        await abortUpload(this.bucket, this.key, this.id, signal);
        if (await this.isUnknown(signal)) return;
      } catch {
        // Retry: the store probably has the same problem that made the write fail.
      }
    }
  }

  private get target() {
    return { ...this.bucket.object(this.key), UploadId: this.id };
  }

  /** Returns true when the store does not know the upload. */
  private async isUnknown(signal: AbortSignal): Promise<boolean> {
    const { bucket, key } = this;
    const command = new ListPartsCommand({ ...this.target, MaxParts: 1 });
    try {
      await bucket.send('ListParts', command, { key, signal });
      return false;
    } catch (error) {
      if (isNoSuchUpload(error)) return true;
      throw error;
    }
  }

  /**
   * Returns true when an earlier attempt completed the upload but its response was lost. Then the ETag of the object is
   * the one that S3 computes from these parts.
   */
  private async wasCompleted(parts: CompletedPart[]): Promise<boolean> {
    const { bucket, key } = this;
    const command = new HeadObjectCommand(bucket.object(key));
    const expected = etagOf(parts);
    if (expected === null) return false;
    const { ETag } = await bucket.send('HeadObject', command, { key });
    return ETag === expected;
  }
}

/** Withdraws the upload `id` of `key`. Idempotent: an unknown upload is not an error. */
export async function abortUpload(
  bucket: S3Bucket,
  key: string,
  id: string,
  signal?: AbortSignal,
): Promise<void> {
  const command = new AbortMultipartUploadCommand({ ...bucket.object(key), UploadId: id });
  try {
    await bucket.send('AbortMultipartUpload', command, { key, signal });
  } catch (error) {
    if (!isNoSuchUpload(error)) throw error;
  }
}

function isNoSuchUpload(error: unknown): boolean {
  return failedRequestOf(error)?.code === 'NoSuchUpload';
}

/** Returns the ETag of the whole object: the MD5 of the parts' MD5s. Null when the ETags are not MD5s, e.g. with KMS. */
function etagOf(parts: readonly CompletedPart[]): string | null {
  const hash = createHash('md5');
  for (const { ETag } of parts) {
    const md5 = /^"?([0-9a-f]{32})"?$/.exec(ETag ?? '')?.[1];
    if (md5 === undefined) return null;
    hash.update(md5, 'hex');
  }
  return `"${hash.digest('hex')}-${parts.length}"`;
}
