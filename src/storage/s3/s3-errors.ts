import { S3ServiceException } from '@aws-sdk/client-s3';
import { LonghaulError } from '../../contract/errors.js';
import { meaningOfStatus } from '../../contract/answer-status.js';
import { NO_CODE } from './direct-output.js';
import { failingObject, objectError, storeError } from '../store-errors.js';

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
  const { code, status = 0 } = cause;
  if (isAboutStore(cause)) return storeError('STORAGE_UNAVAILABLE', cause);
  if (code === 'InvalidObjectState') return objectError('FILE_ARCHIVED', cause);
  if (code.startsWith('KMS.')) return objectError('FILE_FORBIDDEN', cause);
  if (status === 416) return storeError('RANGE_NOT_SATISFIABLE', cause);
  switch (meaningOfStatus(cause.status)) {
    case 'absent':
      // Only the store knows. A proxy, or another server at a wrong address, answers 404 as well.
      return code === 'NoSuchKey' ? objectError('FILE_NOT_FOUND', cause) : failingObject(cause);
    case 'denied':
      return objectError('FILE_FORBIDDEN', cause);
    case 'replaced':
      return objectError('FILE_CHANGED', cause);
    case 'rejected':
      // Stores give a code. A firewall, or another server at a wrong address, gives none and rejects every request.
      return code === NO_CODE ? failingObject(cause) : objectError('FILE_UNREADABLE', cause);
    case 'failing':
      return failingObject(cause);
    case 'unavailable':
      return storeError('STORAGE_UNAVAILABLE', cause);
  }
}

/** Codes of a full store or an exhausted quota, besides the status 507: MinIO, Ceph and others, versitygw. */
const FULL = new Set([
  'InsufficientStorage',
  'QuotaExceeded',
  'XMinioAdminBucketQuotaExceeded',
  'XMinioStorageFull',
]);

/** Maps an error of any other request: the cause is the store. */
export function toStoreError(cause: S3RequestFailed): LonghaulError {
  const full = cause.status === 507 || FULL.has(cause.code);
  return storeError(full ? 'STORAGE_FULL' : 'STORAGE_UNAVAILABLE', cause);
}

/** Returns the failed request that caused an error of the port. */
export function failedRequestOf(error: unknown): S3RequestFailed | undefined {
  const cause = error instanceof LonghaulError ? error.cause : undefined;
  return cause instanceof S3RequestFailed ? cause : undefined;
}

/** Statuses that say nothing about what a store can do: it denies access, or is busy. */
const UNDECIDED = new Set([401, 403, 407, 408, 429]);

/** Codes of a refusal that has none. The SDK has a word of its own for a 404. */
const CODELESS = new Set([NO_CODE, 'NotFound']);

/** Returns true when the store answered that it will not do this, ever. A proxy in front of it refuses without a code. */
export function isRefusal(error: unknown): boolean {
  const { status = 0, code = NO_CODE } = failedRequestOf(error) ?? {};
  if (CODELESS.has(code) || UNDECIDED.has(status) || BUSY.test(code)) return false;
  return (status >= 400 && status < 500) || status === 501;
}

/** Codes that are caused by the setup of this service or of the bucket, not by one object. */
const ABOUT_STORE = new Set([
  'AccountProblem',
  'AllAccessDisabled',
  'AuthorizationHeaderMalformed',
  'ExpiredToken',
  'InvalidAccessKeyId',
  'InvalidBucketName',
  'InvalidToken',
  'NoSuchBucket',
  'NotSignedUp',
  'RequestExpired',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
  'TokenRefreshRequired',
]);

/** Codes of a store that wants fewer requests or did not wait; some stores send them with status 400. */
const BUSY = /SlowDown|Throttl|TooManyRequest|RequestBytesExceed|RequestTimeout$/;

/** Returns true when the answer concerns every object: its code says so, it redirects, or it demands credentials. */
function isAboutStore({ code, status }: S3RequestFailed): boolean {
  if (ABOUT_STORE.has(code) || BUSY.test(code)) return true;
  return status !== undefined && (status < 400 || status === 401 || status === 407);
}

function vendorCodeOf(cause: unknown): string {
  const { code, name } = (cause ?? {}) as Partial<NodeJS.ErrnoException>;
  return code ?? name ?? NO_CODE;
}
