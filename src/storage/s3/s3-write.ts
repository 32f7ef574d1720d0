import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import pMap from 'p-map';
import { consumeBody } from '../../bytes/consume-body.js';
import type { SentPart } from '../multipart-store.js';
import { SmallBody } from './answer-body.js';
import { withGrace } from './grace.js';
import { COMMIT_GRACE_MS, MultipartUpload, type StoredHeaders, uploadMs } from './multipart-upload.js';
import type { WriteOptions } from '../object-store.js';
import { BufferPool, cutIntoParts, type Part } from '../../bytes/part-cutter.js';
import { MAX_PARTS, partSize, plannedPartSize } from './part-size.js';
import { encodeMetadata } from './metadata-encoding.js';
import type { S3Bucket } from './s3-bucket.js';
import { storeError } from '../store-errors.js';

/** Limits memory: one part is filled while the others are sent. */
const MAX_PARTS_IN_MEMORY = 5;

type Stored = { size: number; etag: string };

/** Stores `body`: a small one with one request, a larger one in parts. @see ObjectStore.write */
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
  return consumeBody(stream, options.signal, (bytes, failed) =>
    sendParts(bucket, key, bytes, options, failed),
  );
}

async function sendParts(
  bucket: S3Bucket,
  key: string,
  body: Readable,
  options: WriteOptions,
  failed: AbortController,
): Promise<Stored> {
  const pool = new BufferPool();
  const sizeOf = (number: number, sent: number) => partSize(number, sent, options.expectedSize);
  const parts = cutIntoParts(body, sizeOf, pool);
  const first = (await parts.next()).value as Part;
  failed.signal.throwIfAborted();
  if (first.last) return putObject(bucket, key, first.bytes, options);

  const upload = await MultipartUpload.begin(bucket, key, headersOf(options), false, failed.signal);
  try {
    const { sent, size } = await sendAll(upload, chain(first, parts, failed), pool, failed);
    failed.signal.throwIfAborted();
    // The key may have held another object of this size, so only the ETag proves an earlier completion.
    const isOurs = ({ etag }: { etag: string }) => etag === etagOf(sent);
    return { size, etag: await upload.complete(sent, null, isOurs, options.signal) };
  } catch (error) {
    failed.abort(error);
    await upload.withdraw();
    throw error;
  }
}

/** Sends the parts, a few concurrently. When one fails, aborts the others and waits until all have settled. */
async function sendAll(
  upload: MultipartUpload,
  parts: AsyncIterable<Part>,
  pool: BufferPool,
  failed: AbortController,
): Promise<{ sent: SentPart[]; size: number }> {
  const inFlight = new Set<Promise<unknown>>();
  let size = 0;
  const send = async (part: Part): Promise<SentPart> => {
    size += part.bytes.length;
    const { number, bytes } = assertNumber(part);
    const sent = upload.sendPart(number, [bytes], null, failed.signal);
    inFlight.add(sent);
    const completed = await sent.finally(() => inFlight.delete(sent));
    if (!part.last) pool.release(part.bytes);
    return completed;
  };
  try {
    const sent = await pMap(parts, send, { concurrency: MAX_PARTS_IN_MEMORY });
    return { sent, size };
  } catch (error) {
    failed.abort(error);
    // Wait, otherwise a part that arrives after the withdrawal would resurrect the upload.
    await Promise.allSettled(inFlight);
    throw error;
  }
}

function putObject(bucket: S3Bucket, key: string, body: Buffer, options: WriteOptions): Promise<Stored> {
  return withGrace(options.signal, COMMIT_GRACE_MS, async (signal) => {
    const direct = await bucket.isDirect();
    const put = direct ? putDirectly : putThroughSdk;
    return { size: body.length, etag: await put(bucket, key, body, headersOf(options), signal) };
  });
}

async function putDirectly(
  bucket: S3Bucket,
  key: string,
  body: Buffer,
  { ContentType = 'application/octet-stream', Metadata = {} }: StoredHeaders,
  signal: AbortSignal | undefined,
): Promise<string> {
  const metadata = Object.entries(Metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]);
  const headers = { 'content-type': ContentType, ...Object.fromEntries(metadata) };
  const request = { method: 'PUT', key, headers, body: [body] } as const;
  const answer = await bucket.transfer('PutObject', request, () => new SmallBody(), { key, signal });
  return answer.headers['etag'] ?? '';
}

async function putThroughSdk(
  bucket: S3Bucket,
  key: string,
  body: Buffer,
  headers: StoredHeaders,
  signal: AbortSignal | undefined,
): Promise<string> {
  const command = new PutObjectCommand({ ...bucket.object(key), ...headers, Body: body });
  const answerMs = uploadMs(body.length, bucket.limits.answerMs);
  return (await bucket.send('PutObject', command, { key, signal, answerMs })).ETag ?? '';
}

/** Yields all parts. Aborts `failed` on an error, because p-map 7.1.1 may mistake a failed iteration for its end. */
async function* chain(first: Part, rest: AsyncIterable<Part>, failed: AbortController): AsyncGenerator<Part> {
  yield first;
  try {
    yield* rest;
  } catch (error) {
    failed.abort(error);
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
  throw storeError('FILE_TOO_LARGE', new Error(`The object has more than ${MAX_PARTS} parts`));
}

/** Returns the ETag of the whole object: the MD5 of the parts' MD5s. Null when the ETags are not MD5s, e.g. with KMS. */
function etagOf(parts: readonly SentPart[]): string | null {
  const hash = createHash('md5');
  for (const { etag } of parts) {
    const md5 = /^"?([0-9a-f]{32})"?$/.exec(etag)?.[1];
    if (md5 === undefined) return null;
    hash.update(md5, 'hex');
  }
  return `"${hash.digest('hex')}-${parts.length}"`;
}
