import { S3ServiceException } from '@aws-sdk/client-s3';
import { LonghaulError } from '../../contract/errors.js';
import { storeError, type StoreErrorCode } from '../store-errors.js';

/** Of which request an error speaks. */
export interface S3Request {
  /** Its name in the S3 API. */
  operation: string;
  bucket: string;
  endpoint: string | undefined;
  region: string;
  /** The object it is about, if one. */
  key?: string | undefined;
}

/** A request that the store refused or did not answer: what an operator needs to find out why. Not for users' eyes. */
export class S3RequestFailed extends Error {
  override readonly name = 'S3RequestFailed';
  /** The store's own code, as `NoSuchUpload`, or the system's, as `ECONNREFUSED`. */
  readonly code: string;
  /** The HTTP status, when there was an answer. */
  readonly status: number | undefined;

  constructor({ operation, key, bucket, endpoint, region }: S3Request, cause: unknown) {
    const code = vendorCodeOf(cause);
    const status = cause instanceof S3ServiceException ? cause.$metadata.httpStatusCode : undefined;
    const object = key === undefined ? '' : ` of "${key}"`;
    const why = [code, status, (cause as Error | undefined)?.message];
    const place = `in bucket "${bucket}" (${endpoint ?? 'AWS'}, ${region})`;
    super(`${operation}${object} ${place} failed: ${why.filter(Boolean).join(' ')}`, { cause });
    this.code = code;
    this.status = status;
  }
}

/** For a request that reads one object: what is wrong may be the object and not the store. */
export function toReadError(cause: S3RequestFailed): LonghaulError {
  return storeError(codeOfRead(cause), cause);
}

/** For every other request: whatever is wrong, it is the store. */
export function toStoreError(cause: S3RequestFailed): LonghaulError {
  return storeError('STORAGE_UNAVAILABLE', cause);
}

/** The request behind an error of ours. */
export function failedRequestOf(error: unknown): S3RequestFailed | undefined {
  const cause = error instanceof LonghaulError ? error.cause : undefined;
  return cause instanceof S3RequestFailed ? cause : undefined;
}

/** Refused with 403 too, but because of how this service is set up: it is not about one file. */
const MISCONFIGURED = new Set([
  'ExpiredToken',
  'InvalidAccessKeyId',
  'InvalidToken',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
]);

function codeOfRead({ code, status }: S3RequestFailed): StoreErrorCode {
  if (status === 404) return code === 'NoSuchBucket' ? 'STORAGE_UNAVAILABLE' : 'FILE_NOT_FOUND';
  if (status === 403) return MISCONFIGURED.has(code) ? 'STORAGE_UNAVAILABLE' : 'FILE_FORBIDDEN';
  if (status === 412) return 'FILE_CHANGED';
  if (status === 416) return 'RANGE_NOT_SATISFIABLE';
  return 'STORAGE_UNAVAILABLE';
}

function vendorCodeOf(cause: unknown): string {
  const { code, name } = (cause ?? {}) as Partial<NodeJS.ErrnoException>;
  return code ?? name ?? 'Unknown';
}
