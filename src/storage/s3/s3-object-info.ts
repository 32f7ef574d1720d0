import type { GetObjectCommandOutput, HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { decodeCrc32 } from './checksum.js';
import { decodeMetadata } from './metadata-encoding.js';
import type { ObjectInfo } from '../object-store.js';

/** Maps the head of a response to the port. */
export function toObjectInfo(
  key: string,
  size: number,
  found: HeadObjectCommandOutput | GetObjectCommandOutput,
): ObjectInfo {
  return {
    key,
    size,
    etag: found.ETag ?? '',
    crc32: crc32Of(found),
    contentType: found.ContentType ?? null,
    contentDisposition: found.ContentDisposition ?? null,
    metadata: decodeMetadata(found.Metadata),
    lastModified: found.LastModified ?? new Date(0),
  };
}

/** Returns the CRC-32 of the whole object. A COMPOSITE checksum covers the parts' checksums; an untyped one may too. */
function crc32Of({
  ChecksumCRC32,
  ChecksumType,
}: Pick<HeadObjectCommandOutput, 'ChecksumCRC32' | 'ChecksumType'>): number | null {
  return ChecksumType === 'FULL_OBJECT' ? decodeCrc32(ChecksumCRC32) : null;
}
