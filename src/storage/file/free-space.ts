import { statfs } from 'node:fs/promises';
import { storeError } from '../store-errors.js';

/** Size and free space of a disk, in bytes. */
export interface DiskSpace {
  size: number;
  /** Space that this user may fill. */
  free: number;
}

/** Reads the space of the disk that holds `path`. */
export type ReadSpace = (path: string) => Promise<DiskSpace>;

/** Space that stays free for whatever else is on the disk, such as Temporal's database: 1 %, at most 500 MB. */
const MAX_FLOOR_BYTES = 500_000_000;
const FLOOR_SHARE = 0.01;

export const readSpace: ReadSpace = async (path) => {
  const { blocks, bavail, bsize } = await statfs(path);
  return { size: blocks * bsize, free: bavail * bsize };
};

/**
 * Asserts that the disk has more than its floor of free space after `bytes` are written to it. A disk of size 0 passes,
 * because some network file systems do not tell their size.
 * @throws LonghaulError STORAGE_FULL
 */
export function assertSpace({ size, free }: DiskSpace, bytes = 0): void {
  const floor = Math.min(MAX_FLOOR_BYTES, size * FLOOR_SHARE);
  if (size === 0 || free - bytes >= floor) return;
  const needed = bytes === 0 ? '' : `${bytes} bytes for a file, and `;
  throw storeError(
    'STORAGE_FULL',
    new Error(
      `The disk of DATA_DIR has ${free} bytes free. It needs ${needed}${Math.ceil(floor)} bytes in reserve. Free space on it.`,
    ),
  );
}
