import { LonghaulError } from '../../contract/errors.js';
import { systemCodeOf } from '../../runtime/system-error.js';
import { storeError } from '../store-errors.js';

/** No file has that name: it is missing, a folder, below a file, or longer than the system allows. */
const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG']);

const FORBIDDEN = new Set(['EACCES', 'EPERM']);

/** Returns true when the error means that the file does not exist. */
export function isAbsent(error: unknown): boolean {
  return ABSENT.has(systemCodeOf(error) ?? '');
}

/** Maps an error of reading a file. */
export function toReadError(error: unknown): LonghaulError {
  if (error instanceof LonghaulError) return error;
  if (isAbsent(error)) return storeError('FILE_NOT_FOUND', error);
  if (FORBIDDEN.has(systemCodeOf(error) ?? '')) return storeError('FILE_FORBIDDEN', error);
  return storeError('STORAGE_UNAVAILABLE', error);
}

/** Maps any other error, e.g. a full disk or a read-only folder. */
export function toStoreError(error: unknown): LonghaulError {
  return error instanceof LonghaulError ? error : storeError('STORAGE_UNAVAILABLE', error);
}

/** Runs a step of the store and maps its errors, otherwise they could be mistaken for errors of a body. */
export async function withStoreErrors<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw toStoreError(error);
  }
}
