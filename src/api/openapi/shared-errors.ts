import type { ErrorCode } from '../../contract/errors.js';

/** Why a job that is valid is not started. */
export const NOT_STARTED: readonly ErrorCode[] = ['IDEMPOTENCY_KEY_REUSED', 'JOB_ENDING', 'TOO_MANY_JOBS'];

/** Why nobody can say now whether a file is there. */
export const NOT_LOOKED_UP: readonly ErrorCode[] = [
  'STORAGE_UNAVAILABLE',
  'SOURCE_UNAVAILABLE',
  'CATALOGUE_UNAVAILABLE',
  'CATALOGUE_INVALID',
];

/** Why a link to the archive cannot be signed now. */
export const NOT_SIGNED: readonly ErrorCode[] = ['STORAGE_UNAVAILABLE'];
