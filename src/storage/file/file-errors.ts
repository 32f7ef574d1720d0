import { LonghaulError } from '../../contract/errors.js';
import { systemCodeOf } from '../../runtime/system-error.js';
import { failingObject, objectError, storeError, type StoreErrorCode } from '../store-errors.js';

/**
 * No file has that name: it is missing, a folder, below a file, longer than the system allows, a link that leads to
 * itself, or a socket or device that cannot be opened.
 */
const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG', 'ELOOP', 'ENXIO', 'ENODEV']);

const FORBIDDEN = new Set(['EACCES', 'EPERM']);

const NO_RIGHT = 'may not be read by the service. Ask an operator to check its permissions.';

/** System errors of the whole store, with the next step for an operator. */
const FAULTS: Record<string, readonly [code: StoreErrorCode, advice: string]> = {
  ENOSPC: ['STORAGE_FULL', 'The disk of DATA_DIR is full. Free space on it.'],
  EDQUOT: ['STORAGE_FULL', 'The disk quota of this user is used up. Raise it, or free space.'],
  EFBIG: [
    'FILE_TOO_LARGE',
    'The file exceeds the limit of the file system, or of ulimit -f. Raise the limit.',
  ],
  EROFS: ['STORAGE_UNAVAILABLE', 'The file system of DATA_DIR is read-only. Mount it with write access.'],
  EACCES: ['STORAGE_UNAVAILABLE', 'This user has no access to a folder below DATA_DIR. Grant it.'],
  EPERM: ['STORAGE_UNAVAILABLE', 'The system denies access to a folder below DATA_DIR. Grant it.'],
  EEXIST: ['STORAGE_UNAVAILABLE', 'A file takes the place of a folder below DATA_DIR. Move it away.'],
  ENOTDIR: ['STORAGE_UNAVAILABLE', 'A file takes the place of a folder below DATA_DIR. Move it away.'],
  EIO: ['STORAGE_UNAVAILABLE', 'The disk of DATA_DIR has a fault. Check it.'],
  EMFILE: ['STORAGE_UNAVAILABLE', 'This process has too many open files. Raise ulimit -n.'],
  ENFILE: ['STORAGE_UNAVAILABLE', 'This machine has too many open files. Raise its limit.'],
};

/** An error of the file system. The message is for operators and must not reach users. */
class FileSystemFault extends Error {
  override readonly name = 'FileSystemFault';

  constructor(
    advice: string,
    readonly code: string,
    cause: unknown,
  ) {
    super(`${advice} ${String(cause)}`, { cause });
  }
}

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
  return toStoreError(error);
}

/** Maps any other error, e.g. a full disk or a read-only folder. */
export function toStoreError(error: unknown): LonghaulError {
  if (error instanceof LonghaulError) return error;
  const system = systemCodeOf(error) ?? '';
  const fault = FAULTS[system];
  if (!fault) return storeError('STORAGE_UNAVAILABLE', error);
  const [code, advice] = fault;
  return storeError(code, new FileSystemFault(advice, system, error));
}

/** Runs a step of the store and maps its errors, otherwise they could be mistaken for errors of a body. */
export async function withStoreErrors<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw toStoreError(error);
  }
}
