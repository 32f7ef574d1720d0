import { createHash } from 'node:crypto';

/** Returns the checksum of an archive whose bytes no process saw in order. */
export function crc32Text(crc32: number): string {
  return `crc32:${crc32.toString(16).padStart(8, '0')}`;
}

export function sha256Text(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
