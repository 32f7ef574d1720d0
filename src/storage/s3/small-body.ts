import type { Readable } from 'node:stream';

/** Stores send at most a few kilobytes. */
const MAX_BYTES = 64 * 1024;

/** Stores send a small body together with its head. */
const MAX_MS = 1_000;

/** Reads a body that should be short. Returns an empty one and closes the connection if it is long or slow. */
export async function readSmallBody(body: Readable): Promise<Buffer> {
  const timer = setTimeout(() => body.destroy(), MAX_MS);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      // Leaving the loop destroys the body.
      if (size > MAX_BYTES) return Buffer.alloc(0);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch {
    return Buffer.alloc(0);
  } finally {
    clearTimeout(timer);
  }
}
