import { LonghaulError } from '../../contract/errors.js';
import type {
  BeginOptions,
  ByteSpan,
  ObjectVersion,
  OpenUpload,
  SentPart,
  UploadRef,
} from '../multipart-store.js';
import { incompleteUpload } from '../store-errors.js';
import { encodeMetadata } from './metadata-encoding.js';
import { MultipartUpload } from './multipart-upload.js';
import type { S3Bucket } from './s3-bucket.js';
import { failedRequestOf } from './s3-errors.js';

/** Refusals after which no attempt with the same upload and parts can succeed. */
const LOST = new Set(['NoSuchUpload', 'InvalidPart', 'InvalidPartOrder', 'EntityTooSmall']);

/** At completion the parts have other bytes than the archive. A spoiled part can be sent again instead. */
const LOST_AT_COMPLETION = new Set([...LOST, 'BadDigest']);

/** An upload of the multipart port. @see OpenUpload */
export class S3Upload implements OpenUpload {
  private readonly upload: MultipartUpload;

  constructor(
    bucket: S3Bucket,
    readonly ref: UploadRef,
  ) {
    this.upload = new MultipartUpload(bucket, ref.key, ref.id, ref.checked);
  }

  static async begin(
    bucket: S3Bucket,
    key: string,
    { contentType, metadata, checked }: BeginOptions,
    signal?: AbortSignal,
  ): Promise<S3Upload> {
    const headers = {
      ...(contentType !== undefined && { ContentType: contentType }),
      ...(metadata && { Metadata: encodeMetadata(metadata) }),
    };
    const { id } = await MultipartUpload.begin(bucket, key, headers, checked, signal);
    return new S3Upload(bucket, { key, id, checked });
  }

  sendPart(
    number: number,
    buffers: readonly Uint8Array[],
    crc32: number,
    signal?: AbortSignal,
  ): Promise<SentPart> {
    return orLost(this.upload.sendPart(number, buffers, crc32, signal));
  }

  copyPart(number: number, source: ObjectVersion, range: ByteSpan, signal?: AbortSignal): Promise<SentPart> {
    return orLost(this.upload.copyPart(number, source, range, signal));
  }

  listParts(signal?: AbortSignal): Promise<SentPart[]> {
    return orLost(this.upload.listParts(signal));
  }

  async complete(
    parts: readonly SentPart[],
    crc32: number | null,
    signal?: AbortSignal,
  ): Promise<ObjectVersion> {
    const total = parts.reduce((sum, { size }) => sum + size, 0);
    // Not by ETag: with KMS it is no MD5. The key belongs to this upload, so its object is ours.
    const isOurs = ({ size }: { size: number }) => size === total;
    const completion = this.upload.complete(parts, crc32, isOurs, signal);
    return { key: this.ref.key, etag: await orLost(completion, LOST_AT_COMPLETION) };
  }

  abort(): Promise<void> {
    return this.upload.withdraw();
  }
}

async function orLost<T>(result: Promise<T>, lost = LOST): Promise<T> {
  try {
    return await result;
  } catch (error) {
    const failed = error instanceof LonghaulError ? failedRequestOf(error) : undefined;
    throw failed && lost.has(failed.code) ? incompleteUpload(failed) : error;
  }
}
