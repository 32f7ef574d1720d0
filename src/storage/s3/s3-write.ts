import { Readable } from 'node:stream';
import { type CompletedPart, PutObjectCommand } from '@aws-sdk/client-s3';
import pMap from 'p-map';
import { consumeBody } from '../../bytes/consume-body.js';
import { MultipartUpload, type StoredHeaders, uploadMs } from './multipart-upload.js';
import type { WriteOptions } from '../object-store.js';
import { BufferPool, cutIntoParts, type Part } from '../../bytes/part-cutter.js';
import { MAX_PARTS, partSize, plannedPartSize } from './part-size.js';
import { encodeMetadata } from './metadata-encoding.js';
import type { S3Bucket } from './s3-bucket.js';
import { storeError } from '../store-errors.js';

/** Parts held in memory: one is filled while the others are on their way. */
const PARTS_AT_ONCE = 5;

/**
 * How long after an abort what the store is about to take may still go on: the request that makes the object appear,
 * for torn off in its middle, nobody could tell whether it did; parts, for the store may go on writing a torn part
 * after the upload was withdrawn, and so bring it back; and the beginning, for without its id no upload is withdrawn.
 */
const COMMIT_GRACE_MS = 5_000;
const PART_GRACE_MS = 2_000;
const BEGIN_GRACE_MS = 5_000;

type Stored = { size: number; etag: string };

/** Stores `body`: small ones with one request, larger ones in parts. @see ObjectStore.write */
export async function writeObject(
  bucket: S3Bucket,
  key: string,
  body: Readable | Buffer,
  options: WriteOptions,
): Promise<Stored> {
  if (Buffer.isBuffer(body) && body.length <= plannedPartSize(options.expectedSize)) {
    return putObject(bucket, key, body, options);
  }
  const stream = Buffer.isBuffer(body) ? Readable.from([body]) : body;
  return consumeBody(stream, options.signal, (bytes, ended) => sendParts(bucket, key, bytes, options, ended));
}

async function sendParts(
  bucket: S3Bucket,
  key: string,
  body: Readable,
  options: WriteOptions,
  ended: AbortController,
): Promise<Stored> {
  const pool = new BufferPool();
  const sizeOf = (number: number, sent: number) => partSize(number, sent, options.expectedSize);
  const parts = cutIntoParts(body, sizeOf, pool);
  const first = (await parts.next()).value as Part;
  ended.signal.throwIfAborted();
  if (first.last) return putObject(bucket, key, first.bytes, options);

  const upload = await withGrace(ended.signal, BEGIN_GRACE_MS, (late) =>
    MultipartUpload.begin(bucket, key, headersOf(options), late),
  );
  try {
    const { sent, size } = await sendAll(upload, chain(first, parts, ended), pool, ended);
    ended.signal.throwIfAborted();
    return { size, etag: await commit(options.signal, (signal) => upload.complete(sent, signal)) };
  } catch (error) {
    ended.abort(error);
    await upload.withdraw();
    throw error;
  }
}

/** Sends the parts, a few at a time. When one fails the others are ended too, and are over before this rejects. */
async function sendAll(
  upload: MultipartUpload,
  parts: AsyncIterable<Part>,
  pool: BufferPool,
  ended: AbortController,
): Promise<{ sent: CompletedPart[]; size: number }> {
  const inFlight = new Set<Promise<unknown>>();
  let size = 0;
  const send = async (part: Part): Promise<CompletedPart> => {
    size += part.bytes.length;
    const sent = withGrace(ended.signal, PART_GRACE_MS, (late) => upload.send(assertNumber(part), late));
    inFlight.add(sent);
    const completed = await sent.finally(() => inFlight.delete(sent));
    if (!part.last) pool.release(part.bytes);
    return completed;
  };
  try {
    const sent = await pMap(parts, send, { concurrency: PARTS_AT_ONCE });
    return { sent, size };
  } catch (error) {
    ended.abort(error);
    // A part that arrives after the upload was withdrawn would bring it back.
    await Promise.allSettled(inFlight);
    throw error;
  }
}

async function putObject(
  bucket: S3Bucket,
  key: string,
  body: Buffer,
  options: WriteOptions,
): Promise<Stored> {
  options.signal?.throwIfAborted();
  const command = new PutObjectCommand({ ...bucket.object(key), ...headersOf(options), Body: body });
  const answerMs = uploadMs(body.length, bucket.limits.answerMs);
  const { ETag } = await commit(options.signal, (signal) =>
    bucket.call('PutObject', (http) => bucket.client.send(command, http), { key, signal, answerMs }),
  );
  return { size: body.length, etag: ETag! };
}

/** All parts. p-map 7.1.1 may take an iteration that fails for one that ends, so that `ended` has to tell of it. */
async function* chain(first: Part, rest: AsyncIterable<Part>, ended: AbortController): AsyncGenerator<Part> {
  yield first;
  try {
    yield* rest;
  } catch (error) {
    ended.abort(error);
    throw error;
  }
}

function headersOf({ contentType, metadata }: WriteOptions): StoredHeaders {
  const headers: StoredHeaders = {};
  if (contentType !== undefined) headers.ContentType = contentType;
  if (metadata !== undefined) headers.Metadata = encodeMetadata(metadata);
  return headers;
}

function assertNumber(part: Part): Part {
  if (part.number <= MAX_PARTS) return part;
  throw storeError('FILE_TOO_LARGE', new Error(`More than ${MAX_PARTS} parts`));
}

/**
 * Makes a request that lets an object appear. When `signal` aborts it has a little more time, and when it succeeds in
 * that, the abort came too late.
 */
async function commit<T>(
  signal: AbortSignal | undefined,
  request: (late: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  try {
    return await withGrace(signal, COMMIT_GRACE_MS, request);
  } catch (error) {
    throw signal?.aborted ? signal.reason : error;
  }
}

/** Runs `request` with a signal that aborts `graceMs` after `signal` did. */
async function withGrace<T>(
  signal: AbortSignal | undefined,
  graceMs: number,
  request: (late: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  if (!signal) return request(undefined);
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const abort = () => {
    timer = setTimeout(() => late.abort(signal.reason), graceMs);
  };
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  try {
    return await request(late.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}
