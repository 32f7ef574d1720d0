import { once } from 'node:events';
import type { Readable } from 'node:stream';

/** Bytes of the beginning of a file that tell how well the rest will compress. */
const SAMPLE_BYTES = 32 * 1024;

/** Reads the beginning of a stream and puts it back: whoever reads next gets all of it. */
export async function peek(stream: Readable): Promise<Buffer> {
  if (stream.readableLength === 0) await once(stream, 'readable');
  const chunk = (stream.read() as Buffer | null) ?? Buffer.alloc(0);
  if (chunk.length > 0) stream.unshift(chunk);
  return chunk.subarray(0, SAMPLE_BYTES);
}
