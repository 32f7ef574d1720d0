import type { Readable } from 'node:stream';
import type { ByteSpan } from '../multipart-store.js';
import { type AnswerHead, FilledBuffer } from './answer-body.js';
import { outputOf } from './direct-output.js';
import { mismatchOf } from './read-mismatch.js';
import type { S3Bucket } from './s3-bucket.js';
import { toReadError } from './s3-errors.js';

/** Fills `into` with a range of an object, without the SDK. @see RangeReader.readInto */
export async function readRange(
  bucket: S3Bucket,
  key: string,
  { etag, start, end }: ByteSpan & { etag: string },
  into: Uint8Array,
  signal?: AbortSignal,
): Promise<void> {
  // A range of no bytes cannot be requested: read the whole object, which must then be empty.
  const range = end > start ? `bytes=${start}-${end - 1}` : undefined;
  const condition = etag === '' ? undefined : etag;
  const check = ({ statusCode, headers }: AnswerHead) => {
    const found = outputOf({ statusCode, headers, body: Buffer.alloc(0) });
    const whole = statusCode === 200 && start === 0;
    const mismatch = mismatchOf(found, whole || !range ? undefined : `bytes ${start}-${end - 1}/`, condition);
    if (mismatch) throw mismatch;
  };
  const headers = { ...(range && { range }), ...(condition && { 'if-match': condition }) };
  const request = { method: 'GET', key, headers } as const;
  await bucket.transfer(
    'GetObject',
    request,
    () => new FilledBuffer(into, check),
    { key, signal },
    toReadError,
  );
}

/** Fills `into` with all bytes of a stream. Rejects when it has more or fewer. */
export async function fillFrom(stream: Readable, into: Uint8Array): Promise<void> {
  const filled = new FilledBuffer(into, () => {});
  for await (const chunk of stream as AsyncIterable<Buffer>) filled.receive(chunk);
  filled.end();
}
