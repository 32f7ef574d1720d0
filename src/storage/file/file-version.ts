import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { isAbsent, toStoreError } from './file-errors.js';
import { objectError } from '../store-errors.js';

/** Returns the version at `path`; null when it does not exist. */
export async function statOrNull(path: string): Promise<BigIntStats | null> {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    if (isAbsent(error)) return null;
    throw toStoreError(error);
  }
}

/** Returns a strong ETag, quoted as in HTTP. It changes with every write, including writes by other programs. */
export function etagOf({ ino, size, mtimeNs }: BigIntStats): string {
  return `"${[ino, size, mtimeNs].map((number) => number.toString(36)).join('-')}"`;
}

/**
 * Asserts that the path is a regular file; a folder, for example, is not an object.
 * @throws LonghaulError FILE_NOT_FOUND
 */
export function assertFile(found: BigIntStats): BigIntStats {
  if (found.isFile()) return found;
  throw objectError('FILE_NOT_FOUND', new Error('The path is not a regular file'));
}

/** @throws LonghaulError FILE_CHANGED when `ifMatch` is the ETag of another version. */
export function assertVersion(version: BigIntStats, ifMatch: string | undefined): void {
  if (ifMatch === undefined || ifMatch === etagOf(version)) return;
  throw objectError('FILE_CHANGED', new Error(`Expected version ${ifMatch}, found ${etagOf(version)}`));
}
