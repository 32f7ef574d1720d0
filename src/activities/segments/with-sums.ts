import pMap from 'p-map';
import { LIMITS } from '../../archive/zip/limits.js';
import type { PreparedFile } from '../../contract/files.js';
import type { StoreCapabilities } from '../../storage/multipart-store.js';
import type { SegmentDependencies } from './dependencies.js';

/** Look-ups of checksums at once. */
const SUM_LOOKUPS = 16;

/** Returns true when the store can copy files into archives, and tells what it copied. */
export function canCopy(
  { filesAreInStore }: Pick<SegmentDependencies, 'filesAreInStore'>,
  { copies, copySums }: StoreCapabilities,
): boolean {
  return filesAreInStore && copies && copySums;
}

/** Adds the checksums of large objects that an earlier archive read, so that the store can copy them. */
export async function withSums(
  { sums, limits = LIMITS }: Pick<SegmentDependencies, 'sums' | 'limits'>,
  files: readonly PreparedFile[],
): Promise<PreparedFile[]> {
  return pMap(
    files,
    async (file) => {
      const { source, crc32, size } = file;
      if (source.kind !== 'object' || crc32 !== null || size < limits.minCopy) return file;
      return { ...file, crc32: await sums.find(source) };
    },
    { concurrency: SUM_LOOKUPS },
  );
}
