import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { isAbsent, toStoreError } from './file-errors.js';
import { storeError } from '../store-errors.js';

/** The version at `path`; null when nothing is there. */
export async function statOrNull(path: string): Promise<BigIntStats | null> {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    if (isAbsent(error)) return null;
    throw toStoreError(error);
  }
}

/** Changes with every write, also with one by hand. Quoted, as HTTP wants it. */
export function etagOf({ ino, size, mtimeNs }: BigIntStats): string {
  return `"${[ino, size, mtimeNs].map((number) => number.toString(36)).join('-')}"`;
}

/**
 * What is there and no file, a folder above all, is no object.
 * @throws LonghaulError FILE_NOT_FOUND
 */
export function assertFile(found: BigIntStats): BigIntStats {
  if (found.isFile()) return found;
  throw storeError('FILE_NOT_FOUND', new Error('There is something else than a file'));
}

/** @throws LonghaulError FILE_CHANGED when this is not the version `ifMatch` names. */
export function assertVersion(version: BigIntStats, ifMatch: string | undefined): void {
  if (ifMatch === undefined || ifMatch === etagOf(version)) return;
  throw storeError('FILE_CHANGED', new Error(`Wanted ${ifMatch}, found ${etagOf(version)}`));
}
