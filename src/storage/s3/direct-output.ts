import {
  type ArchiveStatus,
  type ChecksumType,
  type GetObjectCommandOutput,
  type HeadObjectCommandOutput,
  S3ServiceException,
  type StorageClass,
} from '@aws-sdk/client-s3';
import type { WireAnswer } from './direct-exchange.js';

export type ReadOutput = HeadObjectCommandOutput & Pick<GetObjectCommandOutput, 'Body'>;

const METADATA = 'x-amz-meta-';

/** Stands for the code of a refusal that has none: of a HEAD, or of a proxy. The SDK uses the same word. */
export const NO_CODE = 'Unknown';

/** Converts a successful answer to the output of HeadObject and GetObject, as far as this store uses it. */
export function outputOf({ statusCode, headers, body }: WireAnswer): ReadOutput {
  return {
    $metadata: { httpStatusCode: statusCode },
    Body: body as unknown as NonNullable<ReadOutput['Body']>,
    ContentLength: numberOf(headers['content-length']),
    ContentRange: headers['content-range'],
    ContentType: headers['content-type'],
    ContentDisposition: headers['content-disposition'],
    ContentEncoding: headers['content-encoding'],
    ETag: headers['etag'],
    ChecksumCRC32: headers['x-amz-checksum-crc32'],
    ChecksumType: headers['x-amz-checksum-type'] as ChecksumType | undefined,
    StorageClass: headers['x-amz-storage-class'] as StorageClass | undefined,
    ArchiveStatus: headers['x-amz-archive-status'] as ArchiveStatus | undefined,
    Restore: headers['x-amz-restore'],
    LastModified: dateOf(headers['last-modified']),
    Metadata: metadataOf(headers),
  };
}

/** Converts an answer that refuses the request. HEAD has no body, so its answer has no code. */
export function refusalOf({ statusCode, body }: WireAnswer): S3ServiceException {
  const xml = Buffer.isBuffer(body) ? body.toString() : '';
  return new S3ServiceException({
    name: textOf('Code', xml) ?? NO_CODE,
    message: textOf('Message', xml) ?? 'The store did not say why',
    $fault: statusCode < 500 ? 'client' : 'server',
    $metadata: { httpStatusCode: statusCode },
  });
}

function textOf(element: string, xml: string): string | undefined {
  return new RegExp(`<${element}>([^<]+)<`).exec(xml)?.[1]?.trim();
}

function metadataOf(headers: Record<string, string>): Record<string, string> {
  const own = Object.entries(headers).filter(([name]) => name.startsWith(METADATA));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(METADATA.length), value]));
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

/** Returns undefined for an invalid date, because an invalid Date would fail later. */
function dateOf(text: string | undefined): Date | undefined {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? undefined : new Date(ms);
}
