import { LonghaulError } from '../../contract/errors.js';
import { systemCodeOf } from '../../runtime/system-error.js';
import { storeError } from '../store-errors.js';

/** There is no file of that name: nothing, a folder, a path through a file, or a name too long for this system. */
const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG']);

const FORBIDDEN = new Set(['EACCES', 'EPERM']);

/** True when the error says that a file is not there. */
export function isAbsent(error: unknown): boolean {
  return ABSENT.has(systemCodeOf(error) ?? '');
}

/** The error of reading a file. */
export function toReadError(error: unknown): LonghaulError {
  if (error instanceof LonghaulError) return error;
  if (isAbsent(error)) return storeError('FILE_NOT_FOUND', error);
  if (FORBIDDEN.has(systemCodeOf(error) ?? '')) return storeError('FILE_FORBIDDEN', error);
  return storeError('STORAGE_UNAVAILABLE', error);
}

/** The error of anything else: a full disk, a read-only folder. */
export function toStoreError(error: unknown): LonghaulError {
  return error instanceof LonghaulError ? error : storeError('STORAGE_UNAVAILABLE', error);
}
