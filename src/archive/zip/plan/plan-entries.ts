import type { PreparedFile } from '../../../contract/files.js';
import type { Compression } from '../../../contract/job.js';
import { namesInArchive } from '../../names-in-archive.js';
import { isCompressedType } from '../../streamed/compressibility.js';
import type { Limits } from '../limits.js';
import type { PlanEntry, PlannedMethod } from './plan.js';

export interface EntryOptions {
  compression: Compression;
  /** Modification time, in seconds since 1970, of files whose source tells none. */
  time: number;
  /** True when the store copies ranges and tells their CRC-32. */
  copies: boolean;
}

/** Settles name, time, method and copying of every file. */
export function planEntries(
  files: readonly PreparedFile[],
  options: EntryOptions,
  limits: Limits,
): PlanEntry[] {
  const names = namesInArchive(files);
  const minCopy = smallestCopy(files, limits);
  return files.map((file, i) => {
    const method = methodOf(file, options.compression);
    return {
      index: file.index,
      fileId: file.fileId,
      name: names[i]!,
      size: file.size,
      time: timeOf(file) ?? options.time,
      method,
      crc32: file.crc32,
      copied: options.copies && method === 'store' && isCopyable(file) && file.size >= minCopy,
      source: file.source,
    };
  });
}

/** Files of 0 bytes are stored, because no deflated form is smaller. */
function methodOf({ name, size, contentType }: PreparedFile, compression: Compression): PlannedMethod {
  if (compression === 'store' || size === 0) return 'store';
  if (compression === 'deflate') return 'deflate';
  return isCompressedType(name, contentType) ? 'store' : 'sample';
}

function timeOf({ modifiedAt }: PreparedFile): number | null {
  const time = modifiedAt ? Math.floor(Date.parse(modifiedAt) / 1_000) : NaN;
  return Number.isNaN(time) ? null : time;
}

function isCopyable({ source, crc32 }: PreparedFile): boolean {
  return source.kind === 'object' && crc32 !== null;
}

/** Raises the size from which files are copied until the part numbers suffice: each copied file takes three more. */
function smallestCopy(files: readonly PreparedFile[], { minCopy, maxParts }: Limits): number {
  let size = minCopy;
  const count = () => files.filter((file) => isCopyable(file) && file.size >= size).length;
  while (3 * count() > maxParts / 3) size *= 2;
  return size;
}
