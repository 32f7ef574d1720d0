import { setTimeout as delay } from 'node:timers/promises';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListPartsCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import type { ByteSpan, ObjectVersion, SentPart } from '../multipart-store.js';
import { SmallBody } from './answer-body.js';
import { decodeCrc32, encodeCrc32 } from './checksum.js';
import { CHECKSUM, encodedKey } from './direct-requests.js';
import { withGrace } from './grace.js';
import type { S3Bucket } from './s3-bucket.js';
import { failedRequestOf, toReadError, toStoreError } from './s3-errors.js';

/** Headers stored with an object. */
export interface StoredHeaders {
  ContentType?: string;
  Metadata?: Record<string, string>;
}

/** A slower connection counts as broken. One megabit per second. */
const SLOWEST_BYTES_PER_MS = 128;

/** Timeout of requests for which some stores copy all bytes before they respond. */
const COPY_MS = 120_000;

/**
 * Grace after an abort, in which a request may still finish. A torn commit (PutObject, CompleteMultipartUpload) has an
 * unknown outcome. A torn part can resurrect a withdrawn upload. An upload whose id was lost cannot be withdrawn.
 */
export const COMMIT_GRACE_MS = 5_000;
const PART_GRACE_MS = 2_000;

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
  constructor(
    private readonly bucket: S3Bucket,
    private readonly key: string,
    readonly id: string,
    /** True when the upload was begun with checksums. */
    private readonly checked: boolean,
  ) {}

  /** Creates the upload. Avoid aborting: only `abortUploads` can withdraw an upload whose id was never received. */
  static async begin(
    bucket: S3Bucket,
    key: string,
    headers: StoredHeaders,
    checked: boolean,
    given?: AbortSignal,
  ): Promise<MultipartUpload> {
    const checksums = checked ? ({ ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' } as const) : {};
    const command = new CreateMultipartUploadCommand({ ...bucket.object(key), ...headers, ...checksums });
    const { UploadId } = await withGrace(given, COMMIT_GRACE_MS, (signal) =>
      bucket.send('CreateMultipartUpload', command, { key, signal }),
    );
    return new MultipartUpload(bucket, key, UploadId!, checked);
  }

  /**
   * Sends one part. Parts may be sent in any order and concurrently. The buffers are free once this settles.
   * @param crc32 of the part, which checked uploads need.
   */
  sendPart(
    number: number,
    buffers: readonly Uint8Array[],
    crc32: number | null,
    given?: AbortSignal,
  ): Promise<SentPart> {
    const size = buffers.reduce((sum, { length }) => sum + length, 0);
    const checksum = this.checked && crc32 !== null ? encodeCrc32(crc32) : undefined;
    return this.sendWithin(given, async (signal) => {
      const direct = await this.bucket.isDirect();
      const sent = await (direct
        ? this.sendDirectly(number, buffers, checksum, signal)
        : this.sendThroughSdk(number, Buffer.concat(buffers), checksum, signal));
      // A store that accepts a part without telling its checksum has verified ours.
      return { number, size, etag: sent.etag, crc32: sent.crc32 ?? (this.checked ? crc32 : null) };
    });
  }

  /** Copies bytes of an object into a part. */
  copyPart(
    number: number,
    source: ObjectVersion,
    { start, end }: ByteSpan,
    given?: AbortSignal,
  ): Promise<SentPart> {
    const { bucket, key } = this;
    const command = new UploadPartCopyCommand({
      ...this.target,
      PartNumber: number,
      CopySource: `${bucket.name}/${encodedKey(source.key)}`,
      CopySourceIfMatch: source.etag,
      CopySourceRange: `bytes=${start}-${end - 1}`,
    });
    return this.sendWithin(given, async (signal) => {
      const options = { key, signal, answerMs: Math.max(COPY_MS, bucket.limits.answerMs) };
      const { CopyPartResult: copied } = await bucket.send('UploadPartCopy', command, options, (failed) =>
        failed.code === 'NoSuchUpload' ? toStoreError(failed) : toReadError(failed),
      );
      if (!copied?.ETag) throw toStoreError(bucket.failure('UploadPartCopy', new Error('No ETag'), key));
      return { number, etag: copied.ETag, size: end - start, crc32: decodeCrc32(copied.ChecksumCRC32) };
    });
  }

  /** Returns all parts, by number. */
  async listParts(signal?: AbortSignal): Promise<SentPart[]> {
    const { bucket, key } = this;
    const found: SentPart[] = [];
    let marker: string | undefined;
    do {
      const command = new ListPartsCommand({ ...this.target, PartNumberMarker: marker });
      const page = await bucket.send('ListParts', command, { key, signal });
      for (const { PartNumber, ETag, Size = 0, ChecksumCRC32 } of page.Parts ?? []) {
        found.push({ number: PartNumber!, etag: ETag!, size: Size, crc32: decodeCrc32(ChecksumCRC32) });
      }
      marker = page.IsTruncated ? page.NextPartNumberMarker : undefined;
    } while (marker !== undefined);
    return found;
  }

  /**
   * Creates the object from `parts`, sorted by number. Idempotent: succeeds when an earlier attempt did.
   * @param crc32 of the whole object, which checked uploads verify.
   * @param isOurs returns true for the object that an earlier attempt created, when this one finds no upload.
   * @returns the ETag of the object.
   */
  complete(
    parts: readonly SentPart[],
    crc32: number | null,
    isOurs: (found: { etag: string; size: number }) => boolean,
    given?: AbortSignal,
  ): Promise<string> {
    const { bucket, key } = this;
    const Parts = parts.map((part) => ({
      PartNumber: part.number,
      ETag: part.etag,
      // Some stores want the checksums of all parts again.
      ...(this.checked && part.crc32 !== null && { ChecksumCRC32: encodeCrc32(part.crc32) }),
    }));
    const checksum =
      this.checked && crc32 !== null
        ? ({ ChecksumCRC32: encodeCrc32(crc32), ChecksumType: 'FULL_OBJECT' } as const)
        : {};
    const input = { ...this.target, MultipartUpload: { Parts }, ...checksum };
    const command = new CompleteMultipartUploadCommand(input);
    return withGrace(given, COMMIT_GRACE_MS, async (signal) => {
      const options = { key, signal, answerMs: Math.max(COPY_MS, bucket.limits.answerMs) };
      try {
        const { ETag } = await bucket.send('CompleteMultipartUpload', command, options);
        return ETag!;
      } catch (error) {
        const found = isNoSuchUpload(error) ? await this.found(signal) : null;
        if (found && isOurs(found)) return found.etag;
        throw error;
      }
    });
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

  /** Runs the request of a part when the store can take it, with grace after an abort. */
  private sendWithin<T>(
    given: AbortSignal | undefined,
    send: (signal: AbortSignal | undefined) => Promise<T>,
  ): Promise<T> {
    return this.bucket.parts.run(() => withGrace(given, PART_GRACE_MS, send), given);
  }

  private get target() {
    return { ...this.bucket.object(this.key), UploadId: this.id };
  }

  private async sendDirectly(
    number: number,
    body: readonly Uint8Array[],
    checksum: string | undefined,
    signal: AbortSignal | undefined,
  ) {
    const { bucket, key, id } = this;
    const query = { partNumber: String(number), uploadId: id };
    const headers: Record<string, string> = checksum === undefined ? {} : { [CHECKSUM]: checksum };
    const request = { method: 'PUT', key, query, headers, body } as const;
    const answer = await bucket.transfer('UploadPart', request, () => new SmallBody(), { key, signal });
    const { etag } = answer.headers;
    if (!etag) throw toStoreError(bucket.failure('UploadPart', new Error('No ETag'), key));
    return { etag, crc32: decodeCrc32(answer.headers[CHECKSUM]) };
  }

  private async sendThroughSdk(
    number: number,
    Body: Buffer,
    ChecksumCRC32: string | undefined,
    signal: AbortSignal | undefined,
  ) {
    const { bucket, key } = this;
    const command = new UploadPartCommand({ ...this.target, PartNumber: number, Body, ChecksumCRC32 });
    const answerMs = uploadMs(Body.length, bucket.limits.answerMs);
    const answer = await bucket.send('UploadPart', command, { key, signal, answerMs });
    return { etag: answer.ETag!, crc32: decodeCrc32(answer.ChecksumCRC32) };
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

  /** Returns the object under the key; null when there is none. */
  private async found(signal: AbortSignal | undefined): Promise<{ etag: string; size: number } | null> {
    const { bucket, key } = this;
    try {
      const command = new HeadObjectCommand(bucket.object(key));
      const { ETag = '', ContentLength = -1 } = await bucket.send('HeadObject', command, { key, signal });
      return { etag: ETag, size: ContentLength };
    } catch (error) {
      if (failedRequestOf(error)?.status === 404) return null;
      throw error;
    }
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
