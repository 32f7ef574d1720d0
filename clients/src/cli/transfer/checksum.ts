import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** Computes the checksum of an archive while its bytes pass. */
export interface Checksum {
  update(chunk: Uint8Array): void;
  /** The checksum in the spelling of the API, such as `sha256:…`. */
  value(): string;
}

/** Creates the checksum of the same kind as the expected one; undefined for kinds of later servers. */
export function checksumLike(expected: string): Checksum | undefined {
  if (/^sha256:[\da-f]{64}$/.test(expected)) return sha256();
  if (/^crc32:[\da-f]{8}$/.test(expected)) return crc();
  return undefined;
}

function sha256(): Checksum {
  const hash = createHash('sha256');
  return {
    update: (chunk) => void hash.update(chunk),
    value: () => `sha256:${hash.copy().digest('hex')}`,
  };
}

function crc(): Checksum {
  let sum = 0;
  return {
    update: (chunk) => void (sum = crc32(chunk, sum)),
    value: () => `crc32:${sum.toString(16).padStart(8, '0')}`,
  };
}
