import { S3ServiceException } from '@aws-sdk/client-s3';
import { LonghaulError } from '../../contract/errors.js';
import { storeError, type StoreErrorCode } from '../store-errors.js';

/** The request that caused an error. */
export interface S3Request {
  /** Name of the request in the S3 API. */
  operation: string;
  bucket: string;
  endpoint: string | undefined;
  region: string;
  /** Key of the object, if the request concerns one. */
  key?: string | undefined;
}

/** A request that the store rejected or did not answer. The message is for operators and must not reach users. */
export class S3RequestFailed extends Error {
  override readonly name = 'S3RequestFailed';
  /** Code of the store, e.g. `NoSuchUpload`, or of the system, e.g. `ECONNREFUSED`. */
  readonly code: string;
  /** HTTP status, if there was a response. */
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

/** Maps an error of a request that reads one object: the cause may be the object, not the store. */
export function toReadError(cause: S3RequestFailed): LonghaulError {
  return storeError(codeOfRead(cause), cause);
}

/** Maps an error of any other request: the cause is the store. */
export function toStoreError(cause: S3RequestFailed): LonghaulError {
  return storeError('STORAGE_UNAVAILABLE', cause);
}

/** Returns the failed request that caused an error of the port. */
export function failedRequestOf(error: unknown): S3RequestFailed | undefined {
  const cause = error instanceof LonghaulError ? error.cause : undefined;
  return cause instanceof S3RequestFailed ? cause : undefined;
}

/** Codes of 403 responses that are caused by the setup of this service, not by one object. */
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
