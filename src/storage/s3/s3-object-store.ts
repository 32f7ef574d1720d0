import type { Readable } from 'node:stream';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
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
import { errorCodeOf } from '../../contract/errors.js';
import { ARTIFACTS_PREFIX, MARKER_KEY } from '../keys.js';
import { assertRange, assertSpan } from '../byte-range.js';
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
import type { BeginOptions, ByteSpan, MultipartStore, OpenUpload, UploadRef } from '../multipart-store.js';
import { mismatchOf } from './read-mismatch.js';
import { fillFrom, readRange } from './read-range.js';
import { S3Upload } from './s3-multipart.js';
import { S3Bucket } from './s3-bucket.js';
import { createS3Client, type S3Options } from './s3-client.js';
import type { StoreObserver } from '../store-observer.js';
import { RetryBudget } from './store-retries.js';
import { requestStoredBytes } from './stored-bytes.js';
import { failedRequestOf } from './s3-errors.js';
import { headObject } from './s3-head.js';
import { writeObject } from './s3-write.js';
import { failingObject, storeError } from '../store-errors.js';

/** Key limit of one DeleteObjects request. */
const DELETE_BATCH = 1_000;
const DELETE_MS = 60_000;

const ABORT_CONCURRENCY = 4;

/** Stores objects in a bucket of Amazon S3 or of an S3-compatible store. @see ObjectStore */
export class S3ObjectStore implements ObjectStore, MultipartStore {
  readonly knownCapabilities = null;
  private readonly bucket: S3Bucket;
  private readonly client: S3Client;
  private readonly linkClient: S3Client;

  constructor(options: S3Options, observer?: StoreObserver) {
    const retries = new RetryBudget();
    this.client = createS3Client(options, retries);
    requestStoredBytes(this.client);
    this.linkClient = options.publicEndpoint
      ? createS3Client(options, retries, options.publicEndpoint)
      : this.client;
    this.bucket = new S3Bucket(this.client, options, retries, observer);
  }

  head(key: string, signal?: AbortSignal): Promise<ObjectInfo> {
    return headObject(this.bucket, key, signal);
  }

  async read(key: string, options: ReadOptions = {}): Promise<Readable> {
    const { start = 0, end, ifMatch, signal } = options;
    assertRange(start, end);
    const range = start > 0 || end !== undefined ? `bytes=${start}-${end ?? ''}` : undefined;
    // Some stores send no ETag, and an empty condition is malformed.
    const condition = ifMatch === '' ? undefined : ifMatch;
    const command = new GetObjectCommand({ ...this.bucket.object(key), Range: range, IfMatch: condition });
    const found = await this.bucket.read('GetObject', command, { key, signal });
    const body = found.Body as Readable;
    const toError = (cause: unknown) => failingObject(this.bucket.failure('GetObject', cause, key));
    const bytes = guardBody(body, { signal, stallMs: this.bucket.limits.stallMs, toError });
    const mismatch = mismatchOf(found, range && `bytes ${start}-`, condition);
    if (!mismatch) return bytes;
    bytes.destroy();
    throw mismatch;
  }

  async readInto(
    key: string,
    range: ByteSpan & { etag: string },
    into: Uint8Array,
    signal?: AbortSignal,
  ): Promise<void> {
    const { start, end, etag } = range;
    assertSpan(range, into);
    if (await this.bucket.isDirect()) return readRange(this.bucket, key, range, into, signal);
    const bytes = end > start ? { start, end: end - 1 } : {};
    await fillFrom(await this.read(key, { ...bytes, ifMatch: etag, ...(signal && { signal }) }), into);
  }

  begin(key: string, options: BeginOptions, signal?: AbortSignal): Promise<OpenUpload> {
    return S3Upload.begin(this.bucket, key, options, signal);
  }

  beginLocal(key: string, options: BeginOptions, signal?: AbortSignal): Promise<OpenUpload> {
    return this.begin(key, options, signal);
  }

  openUpload(ref: UploadRef): OpenUpload {
    return new S3Upload(this.bucket, ref);
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
      const page = await this.bucket.send('ListObjectsV2', command, { signal });
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
        concurrency: ABORT_CONCURRENCY,
      });
      aborted += uploads.length;
    }
    return aborted;
  }

  async *listUploads(prefix: string, signal?: AbortSignal): AsyncGenerator<ListedUpload> {
    for await (const uploads of this.uploadPages(prefix, signal)) {
      // An upload without a start time counts as new, so that the sweep does not withdraw it because of its age.
      for (const { Key, Initiated } of uploads) yield { key: Key!, since: Initiated ?? new Date() };
    }
  }

  async signedLink(key: string, options: LinkOptions): Promise<string> {
    const { method, fileName, contentType, expiresInSeconds } = options;
    const input = {
      ...this.bucket.object(key),
      // Shared caches would serve the bytes without checking the link, or after it expired.
      ResponseCacheControl: 'private, no-store',
      ResponseContentDisposition: attachment(fileName),
      ResponseContentType: contentType,
    };
    const command = method === 'HEAD' ? new HeadObjectCommand(input) : new GetObjectCommand(input);
    // Signing may fetch credentials, so it can fail like a request.
    return this.bucket.withErrors('sign a link', () =>
      getSignedUrl(this.linkClient, command, { expiresIn: expiresInSeconds, signingDate: this.storeTime() }),
    );
  }

  async linkOrigin(): Promise<string> {
    // Taken from a link, because the place of the bucket in the address depends on settings and on its name.
    const link = await this.signedLink(ARTIFACTS_PREFIX, {
      fileName: '',
      contentType: 'text/plain',
      expiresInSeconds: 1,
    });
    return new URL(link).origin;
  }

  async check(signal?: AbortSignal): Promise<void> {
    try {
      // Not HeadBucket, which needs rights that this service does not have.
      await headObject(this.bucket, MARKER_KEY, signal);
    } catch (error) {
      const code = errorCodeOf(error);
      // An archived marker is an answer too.
      if (code === 'FILE_NOT_FOUND' || code === 'FILE_ARCHIVED' || code === 'FILE_UNREADABLE') return;
      if (code !== 'FILE_FORBIDDEN') throw this.withAdvice(error);
      await this.checkByListing(signal);
    }
  }

  clockAheadMs(): number {
    // The SDK measures it from the Date header of every answer.
    return -this.client.config.systemClockOffset;
  }

  /** Closes all connections. The store cannot be used afterwards. */
  close(): void {
    this.bucket.close();
    this.client.destroy();
    this.linkClient.destroy();
  }

  /** Returns the time by the store's clock, which decides about the validity of a link. */
  private storeTime(): Date {
    return new Date(Date.now() + this.client.config.systemClockOffset);
  }

  /** Amazon S3 denies an absent object to a key that may not list the whole bucket. A worker may list the artifacts. */
  private async checkByListing(signal: AbortSignal | undefined): Promise<void> {
    const input = { Bucket: this.bucket.name, Prefix: ARTIFACTS_PREFIX, MaxKeys: 1 };
    await this.bucket
      .send('ListObjectsV2', new ListObjectsV2Command(input), { signal })
      .catch((error: unknown) => {
        throw this.withAdvice(error);
      });
  }

  /** Adds the next step for an operator to the cause, because the store's own text does not name settings. */
  private withAdvice(error: unknown): unknown {
    const failed = failedRequestOf(error);
    if (!failed) return error;
    const advice = ADVICE[failed.status ?? failed.code] ?? (failed.status ? FAULTY : UNREACHABLE);
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
    const { Errors = [] } = await this.bucket.send('DeleteObjects', command, {
      signal,
      answerMs: Math.max(DELETE_MS, this.bucket.limits.answerMs),
    });
    const failed = Errors.filter(({ Code }) => Code !== 'NoSuchKey');
    const [first] = failed;
    if (!first) return;
    const cause = new Error(
      `${failed.length} of ${keys.length} objects were not deleted: ${first.Code} ${first.Message ?? ''}`,
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
      const page: ListMultipartUploadsCommandOutput = await this.bucket.send(
        'ListMultipartUploads',
        new ListMultipartUploadsCommand(input),
        { signal },
      );
      // Markers are names, not offsets, so aborting the listed uploads does not shift the next page.
      yield (page.Uploads ?? []).filter(({ Key }) => Key?.startsWith(prefix));
      after = page.IsTruncated
        ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
        : undefined;
    }
  }
}

const UNREACHABLE = 'the store is not reachable. Start it, or correct S3_ENDPOINT.';
const FAULTY = 'the store cannot process requests now. Check it, or correct S3_ENDPOINT.';

/** Next steps for an operator when the bucket cannot be used, by HTTP status, else by error code. */
const ADVICE: Record<number | string, string> = {
  CredentialsProviderError:
    'there are no credentials. Set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY, or give this machine a role.',
  301: 'the bucket is in another region. Correct S3_REGION.',
  400: 'the store rejects the request. Correct S3_ENDPOINT, S3_REGION and the credentials.',
  403: 'the credentials have no access. Grant access, or correct S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY.',
  404: 'the bucket does not exist. Create it, or correct S3_BUCKET_NAME.',
};
