/** Returns a CRC-32 as S3 writes it: four bytes in base64. */
export function encodeCrc32(crc32: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32);
  return bytes.toString('base64');
}

/** Returns the CRC-32 that S3 wrote; null when there is none. */
export function decodeCrc32(text: string | undefined): number | null {
  const bytes = Buffer.from(text ?? '', 'base64');
  return bytes.length === 4 ? bytes.readUInt32BE() : null;
}
