import { LonghaulError } from '../../contract/errors.js';
import { systemCodeOf } from '../../runtime/system-error.js';
import { failingObject, objectError, storeError } from '../store-errors.js';

/**
 * No file has that name: it is missing, a folder, below a file, longer than the system allows, a link that leads to
 * itself, or a socket or device that cannot be opened.
 */
const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG', 'ELOOP', 'ENXIO', 'ENODEV']);

const FORBIDDEN = new Set(['EACCES', 'EPERM']);

const NO_RIGHT = 'may not be read by the service. Ask an operator to check its permissions.';

/** Returns true when the error means that the file does not exist. */
export function isAbsent(error: unknown): boolean {
  return ABSENT.has(systemCodeOf(error) ?? '');
}

/** Returns true when one entry of a folder cannot be used, which says nothing about the others. */
export function isUnusable(error: unknown): boolean {
  return isAbsent(error) || FORBIDDEN.has(systemCodeOf(error) ?? '');
}

/** Maps an error of reading a file. */
export function toReadError(error: unknown): LonghaulError {
  if (error instanceof LonghaulError) return error;
  if (isAbsent(error)) return objectError('FILE_NOT_FOUND', error);
  if (isUnusable(error)) return objectError('FILE_FORBIDDEN', error, NO_RIGHT);
  // A damaged part of the disk spoils one file, a failing disk all of them.
  if (systemCodeOf(error) === 'EIO') return failingObject(error);
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
