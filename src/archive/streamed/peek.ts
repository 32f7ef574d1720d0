import { once } from 'node:events';
import type { Readable } from 'node:stream';

/** Bytes at the start of a file from which its compressibility is estimated. */
const SAMPLE_BYTES = 32 * 1024;

/** Reads the start of a stream and puts it back, so the next reader gets the whole stream. */
export async function peek(stream: Readable): Promise<Buffer> {
  if (stream.readableLength === 0) await once(stream, 'readable');
  const chunk = (stream.read() as Buffer | null) ?? Buffer.alloc(0);
  if (chunk.length > 0) stream.unshift(chunk);
  return chunk.subarray(0, SAMPLE_BYTES);
}
