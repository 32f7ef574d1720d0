import { createCipheriv, createHash } from 'node:crypto';
import type { ObjectStore } from '../../storage/object-store.js';

const SMALL_BYTES = 64 * 1024;
const FIRST_ID = 50_000;

/** The request of one kind of job, and the files that its archive must hold. */
export interface Order {
  fileIds: number[];
  /** Names of the entries, in the order of the archive. */
  names: string[];
  /** SHA-256 of all entries, one after the other. */
  sha256: string;
  /** Bytes of all files. */
  bytes: number;
}

/** Writes the files of the two kinds of jobs: one of many small files, one of a single large file. */
export async function writeFiles(
  store: Pick<ObjectStore, 'write'>,
  smallFiles: number,
  largeBytes: number,
): Promise<{ small: Order; large: Order }> {
  const ids = Array.from({ length: smallFiles }, (_, i) => FIRST_ID + i);
  return {
    small: await write(store, ids, SMALL_BYTES),
    large: await write(store, [FIRST_ID + smallFiles], largeBytes),
  };
}

async function write(store: Pick<ObjectStore, 'write'>, fileIds: number[], size: number): Promise<Order> {
  const names = fileIds.map((id) => `${id}.bin`);
  const hash = createHash('sha256');
  for (const [i, id] of fileIds.entries()) {
    const content = noise(id, size);
    hash.update(content);
    await store.write(`downloads/${id}`, content, { metadata: { filename: names[i]! } });
  }
  return { fileIds, names, sha256: hash.digest('hex'), bytes: fileIds.length * size };
}

/** Returns the same bytes for the same seed. They do not compress. */
function noise(seed: number, size: number): Buffer {
  const key = createHash('md5').update(String(seed)).digest();
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size));
}
