import { createHash } from 'node:crypto';
import { SUMS_PREFIX } from './keys.js';
import type { MultipartStore, ObjectVersion } from './multipart-store.js';
import type { ObjectStore } from './object-store.js';

/** Time for one look-up or note. Reading a large file takes longer, so a slow cache does no harm. */
const CACHE_MS = 5_000;

const TEXT_BYTES = 8;

/**
 * Remembers the CRC-32 of object versions for later archives, in the store itself. Best effort: no failure is an error,
 * and a lost entry only means that the object is read again.
 */
export class SumCache {
  constructor(private readonly store: ObjectStore & MultipartStore) {}

  /** Returns the CRC-32 of a version; null when it is not known. */
  async find(version: ObjectVersion): Promise<number | null> {
    const name = nameOf(version);
    if (name === null) return null;
    try {
      const bytes = Buffer.alloc(TEXT_BYTES);
      const range = { etag: '', start: 0, end: TEXT_BYTES };
      await this.store.readInto(name, range, bytes, AbortSignal.timeout(CACHE_MS));
      const text = bytes.toString();
      return /^[0-9a-f]{8}$/.test(text) ? Number.parseInt(text, 16) : null;
    } catch {
      return null;
    }
  }

  /** Notes the CRC-32 of a version. Never rejects. */
  async note(version: ObjectVersion, crc32: number): Promise<void> {
    const name = nameOf(version);
    if (name === null) return;
    const text = Buffer.from(crc32.toString(16).padStart(TEXT_BYTES, '0'));
    const signal = AbortSignal.timeout(CACHE_MS);
    await this.store.write(name, text, { signal }).catch(() => {});
  }
}

/** Returns null for a version whose ETag does not identify its bytes. */
function nameOf({ key, etag }: ObjectVersion): string | null {
  if (etag === '' || etag.startsWith('W/')) return null;
  return (
    SUMS_PREFIX +
    createHash('sha256')
      .update(JSON.stringify([key, etag]))
      .digest('hex')
  );
}
