import { crc32 } from '../format/crc32.js';
import type { SideObjects } from '../ports.js';
import type { SideBytes } from '../segment/segment-result.js';

/** Reads a whole side object. */
export async function readSide(side: SideObjects, name: string, signal: AbortSignal): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of side.get(name, signal)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Reads bytes of the archive that an attempt kept. @throws Error when they are not those that it wrote. */
export async function readKept(side: SideObjects, kept: SideBytes, signal: AbortSignal): Promise<Buffer> {
  const bytes = await readSide(side, kept.name, signal);
  if (bytes.length !== kept.size || crc32(bytes) !== kept.crc32)
    throw new Error(
      `The store returned ${bytes.length} bytes for ${kept.size} that were kept, or other ones.`,
    );
  return bytes;
}
