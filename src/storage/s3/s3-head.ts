import type { Readable } from 'node:stream';
import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { errorCodeOf } from '../../contract/errors.js';
import { FileError } from '../../contract/file-error.js';
import type { ObjectInfo } from '../object-store.js';
import { objectError } from '../store-errors.js';
import type { S3Bucket } from './s3-bucket.js';
import { toObjectInfo } from './s3-object-info.js';
import { readSmallBody } from './small-body.js';

/** Storage classes whose objects must be restored before they can be read. */
const ARCHIVE_CLASSES = new Set<string | undefined>(['GLACIER', 'DEEP_ARCHIVE']);

/**
 * Returns the properties of an object. HEAD decides only when it finds a readable object. Otherwise a GET of one byte
 * decides: a refusal of HEAD has no body, so it does not say why, or if the store itself sent it.
 */
export async function headObject(bucket: S3Bucket, key: string, signal?: AbortSignal): Promise<ObjectInfo> {
  const command = new HeadObjectCommand({ ...bucket.object(key), ChecksumMode: 'ENABLED' });
  const found = await bucket.read('HeadObject', command, { key, signal }).catch((error: unknown) => {
    if (error instanceof FileError) return null;
    throw error;
  });
  const size = found?.ContentLength;
  if (!found || size === undefined || mayBeArchived(found)) return infoFromBody(bucket, key, signal);
  return toObjectInfo(key, size, found);
}

/** Returns true for classes of Amazon S3 that need a restore. Other stores use the same names for readable objects. */
function mayBeArchived({ StorageClass, ArchiveStatus, Restore }: HeadObjectCommandOutput): boolean {
  const isRestored = Restore?.includes('ongoing-request="false"') ?? false;
  return !isRestored && (ARCHIVE_CLASSES.has(StorageClass) || ArchiveStatus !== undefined);
}

async function infoFromBody(bucket: S3Bucket, key: string, signal?: AbortSignal): Promise<ObjectInfo> {
  const get = (Range?: string) =>
    bucket.read('GetObject', new GetObjectCommand({ ...bucket.object(key), Range }), { key, signal });
  const found = await get('bytes=0-0').catch((error: unknown) => {
    // An empty object has no first byte.
    if (errorCodeOf(error) === 'RANGE_NOT_SATISFIABLE') return get();
    throw error;
  });
  discard(found);
  const size = sizeOf(found);
  if (size !== undefined) return toObjectInfo(key, size, found);
  const cause = new Error('Neither HEAD nor GET has a length');
  throw objectError('FILE_UNREADABLE', cause, 'cannot be read: the object store does not send its length.');
}

function sizeOf({ ContentRange, ContentLength }: GetObjectCommandOutput): number | undefined {
  if (ContentRange === undefined) return ContentLength;
  const total = /\/(\d+)$/.exec(ContentRange)?.[1];
  return total === undefined ? undefined : Number(total);
}

/** Discards a body. Reads one byte to its end, so that the connection can be reused. */
function discard({ Body, ContentRange }: GetObjectCommandOutput): void {
  const body = Body as Readable;
  body.on('error', () => {});
  if (ContentRange === undefined) body.destroy();
  else void readSmallBody(body);
}
