import type { Readable } from 'node:stream';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandInput,
  type ListMultipartUploadsCommandOutput,
  ListObjectsV2Command,
  type MultipartUpload,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import pMap from 'p-map';
import { errorCodeOf, type LonghaulError } from '../../contract/errors.js';
import { assertRange } from '../byte-range.js';
import { attachment } from '../content-disposition.js';
import { guardBody } from '../../bytes/guarded-body.js';
import { abortUpload } from './multipart-upload.js';
import type {
  LinkOptions,
  ListedObject,
  ListedUpload,
  ListOptions,
  ObjectInfo,
  ObjectStore,
  ReadOptions,
  WriteOptions,
} from '../object-store.js';
import { S3Bucket } from './s3-bucket.js';
import { createS3Client, type S3Options } from './s3-client.js';
import { failedRequestOf } from './s3-errors.js';
import { toObjectInfo } from './s3-object-info.js';
import { writeObject } from './s3-write.js';
import { storeError } from '../store-errors.js';

/** What DeleteObjects takes at most. */
const DELETE_BATCH = 1_000;
const DELETE_MS = 60_000;

const ABORTS_AT_ONCE = 4;

/** Objects in a bucket of Amazon S3 or of a store that speaks its protocol. @see ObjectStore */
export class S3ObjectStore implements ObjectStore {
  private readonly bucket: S3Bucket;
  private readonly client: S3Client;
  private readonly linkClient: S3Client;
  private bucketSeen = false;

  constructor(options: S3Options) {
    this.client = createS3Client(options);
    this.linkClient = options.publicEndpoint ? createS3Client(options, options.publicEndpoint) : this.client;
    this.bucket = new S3Bucket(this.client, options);
  }

  async head(key: string, signal?: AbortSignal): Promise<ObjectInfo> {
    const command = new HeadObjectCommand({ ...this.bucket.object(key), ChecksumMode: 'ENABLED' });
    const options = { key, signal, reads: true };
    try {
      const found = await this.bucket.call('HeadObject', (http) => this.client.send(command, http), options);
      return toObjectInfo(key, found);
    } catch (error) {
      await this.assertBucketSeen(error, signal);
      await this.assertAboutObject(error, key, signal);
      throw error;
    }
  }

  async read(key: string, options: ReadOptions = {}): Promise<Readable> {
    const { start = 0, end, ifMatch, signal } = options;
    assertRange(start, end);
    const range = start > 0 || end !== undefined ? `bytes=${start}-${end ?? ''}` : undefined;
    const command = new GetObjectCommand({ ...this.bucket.object(key), Range: range, IfMatch: ifMatch });
    const call = { key, signal, reads: true };
    const found = await this.bucket.call('GetObject', (http) => this.client.send(command, http), call);
    const body = found.Body as Readable;
    const toError = (cause: unknown) =>
      storeError('STORAGE_UNAVAILABLE', this.bucket.failure('GetObject', cause, key));
    const bytes = guardBody(body, { signal, stallMs: this.bucket.limits.stallMs, toError });
    const wrong = wrongAnswer(found, range, ifMatch);
    if (!wrong) return bytes;
    bytes.destroy();
    throw wrong;
  }

  write(
    key: string,
    body: Readable | Buffer,
    options: WriteOptions = {},
  ): Promise<{ size: number; etag: string }> {
    return writeObject(this.bucket, key, body, options);
  }

  async delete(keys: readonly string[], signal?: AbortSignal): Promise<void> {
    for (let first = 0; first < keys.length; first += DELETE_BATCH) {
      await this.deleteBatch(keys.slice(first, first + DELETE_BATCH), signal);
    }
  }

  async *list(prefix: string, { startAfter, signal }: ListOptions = {}): AsyncGenerator<ListedObject> {
    let token: string | undefined;
    do {
      const command = new ListObjectsV2Command({
        Bucket: this.bucket.name,
        Prefix: prefix,
        StartAfter: startAfter,
        ContinuationToken: token,
      });
      const page = await this.bucket.call('ListObjectsV2', (http) => this.client.send(command, http), {
        signal,
      });
      for (const { Key, Size, LastModified } of page.Contents ?? []) {
        yield { key: Key!, size: Size ?? 0, lastModified: LastModified ?? new Date(0) };
      }
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  async abortUploads(prefix: string, signal?: AbortSignal): Promise<number> {
    let aborted = 0;
    for await (const uploads of this.uploadPages(prefix, signal)) {
      await pMap(uploads, ({ Key, UploadId }) => abortUpload(this.bucket, Key!, UploadId!, signal), {
        concurrency: ABORTS_AT_ONCE,
      });
      aborted += uploads.length;
    }
    return aborted;
  }

  async *listUploads(prefix: string, signal?: AbortSignal): AsyncGenerator<ListedUpload> {
    for await (const uploads of this.uploadPages(prefix, signal)) {
      // Without a time it counts as new: what is not known to be old is not to be withdrawn for its age.
      for (const { Key, Initiated } of uploads) yield { key: Key!, since: Initiated ?? new Date() };
    }
  }

  async signedLink(key: string, { fileName, contentType, expiresInSeconds }: LinkOptions): Promise<string> {
    const command = new GetObjectCommand({
      ...this.bucket.object(key),
      ResponseContentDisposition: attachment(fileName),
      ResponseContentType: contentType,
    });
    // Signing may have to fetch credentials, so that it can fail as a request does.
    return this.bucket.call('sign GetObject', () =>
      getSignedUrl(this.linkClient, command, { expiresIn: expiresInSeconds }),
    );
  }

  async check(signal?: AbortSignal): Promise<void> {
    const command = new HeadBucketCommand({ Bucket: this.bucket.name });
    try {
      await this.bucket.call('HeadBucket', (http) => this.client.send(command, http), { signal });
      this.bucketSeen = true;
    } catch (error) {
      throw this.explained(error);
    }
  }

  /** Closes the kept connections; the store is of no use afterwards. */
  close(): void {
    this.client.destroy();
    this.linkClient.destroy();
  }

  /** The answer to HEAD has no body that would tell a missing bucket from a missing object, so it is asked for once. */
  private async assertBucketSeen(error: unknown, signal: AbortSignal | undefined): Promise<void> {
    if (this.bucketSeen || errorCodeOf(error) !== 'FILE_NOT_FOUND') return;
    await this.check(signal);
  }

  /** Nor would it tell credentials that are wrong from an object that is forbidden: what reads the object does. */
  private async assertAboutObject(
    error: unknown,
    key: string,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (errorCodeOf(error) !== 'FILE_FORBIDDEN') return;
    try {
      (await this.read(key, { start: 0, end: 0, ...(signal && { signal }) })).destroy();
    } catch (reason) {
      if (signal?.aborted || errorCodeOf(reason) === 'STORAGE_UNAVAILABLE') throw reason;
    }
  }

  /** HeadBucket says no more than a status; what to do about that is put into the cause. */
  private explained(error: unknown): unknown {
    const failed = failedRequestOf(error);
    const advice = ADVICE[failed?.status ?? 0];
    if (!advice) return error;
    return storeError(
      'STORAGE_UNAVAILABLE',
      new Error(`Bucket "${this.bucket.name}": ${advice}`, { cause: failed }),
    );
  }

  private async deleteBatch(keys: readonly string[], signal: AbortSignal | undefined): Promise<void> {
    const command = new DeleteObjectsCommand({
      Bucket: this.bucket.name,
      Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true },
    });
    const { Errors = [] } = await this.bucket.call(
      'DeleteObjects',
      (http) => this.client.send(command, http),
      { signal, answerMs: Math.max(DELETE_MS, this.bucket.limits.answerMs) },
    );
    const failed = Errors.filter(({ Code }) => Code !== 'NoSuchKey');
    const [first] = failed;
    if (!first) return;
    const cause = new Error(
      `${failed.length} of ${keys.length} not deleted: ${first.Code} ${first.Message ?? ''}`,
    );
    throw storeError('STORAGE_UNAVAILABLE', this.bucket.failure('DeleteObjects', cause, first.Key));
  }

  private async *uploadPages(
    prefix: string,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<MultipartUpload[]> {
    let after: Pick<ListMultipartUploadsCommandInput, 'KeyMarker' | 'UploadIdMarker'> | undefined = {};
    while (after) {
      const input: ListMultipartUploadsCommandInput = { Bucket: this.bucket.name, Prefix: prefix, ...after };
      const page: ListMultipartUploadsCommandOutput = await this.bucket.call(
        'ListMultipartUploads',
        (http) => this.client.send(new ListMultipartUploadsCommand(input), http),
        { signal },
      );
      // The markers are names, not positions: aborting what was listed shifts nothing.
      yield (page.Uploads ?? []).filter(({ Key }) => Key?.startsWith(prefix));
      after = page.IsTruncated
        ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
        : undefined;
    }
  }
}

/** What an operator does about a bucket that refuses; by HTTP status. */
const ADVICE: Record<number, string> = {
  301: 'it is in another region. Correct S3_REGION.',
  403: 'these credentials may not use it. Give them access, or correct S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY.',
  404: 'it does not exist. Create it, or correct S3_BUCKET_NAME.',
};

/** The error of a store that overlooks a header and would hand out other bytes than were asked for. */
function wrongAnswer(
  found: { ContentRange?: string | undefined; ETag?: string | undefined },
  range: string | undefined,
  ifMatch: string | undefined,
): LonghaulError | null {
  if (range !== undefined && found.ContentRange === undefined) {
    return storeError('STORAGE_UNAVAILABLE', new Error('The store overlooked the Range header'));
  }
  if (ifMatch !== undefined && found.ETag !== undefined && found.ETag !== ifMatch) {
    return storeError('FILE_CHANGED', new Error('The store overlooked the If-Match header'));
  }
  return null;
}
