import type { ErrorCode } from '../../contract/errors.js';

/** Errors that prevent the start of a valid job. */
export const NOT_STARTED: readonly ErrorCode[] = [
  'FILE_LIST_TOO_LARGE',
  'IDEMPOTENCY_KEY_REUSED',
  'JOB_ENDING',
  'TOO_MANY_JOBS',
];

/** Errors of looking up a file. */
export const NOT_LOOKED_UP: readonly ErrorCode[] = [
  'STORAGE_UNAVAILABLE',
  'SOURCE_UNAVAILABLE',
  'CATALOGUE_UNAVAILABLE',
  'CATALOGUE_INVALID',
];

/** Errors of signing a link to the archive. */
export const NOT_SIGNED: readonly ErrorCode[] = ['STORAGE_UNAVAILABLE'];
