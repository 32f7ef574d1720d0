import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { assertSpan } from '../byte-range.js';
import type { ByteSpan } from '../multipart-store.js';
import { storeError } from '../store-errors.js';
import { assertFile, assertVersion, etagOf } from './file-version.js';

/** Opens a file of a store, and describes a failure to read it. */
export interface RangeSource {
  open: () => Promise<FileHandle>;
  toError: (error: unknown) => unknown;
}

/** Fills `into` with bytes of a file. @see RangeReader.readInto */
export async function readFileRange(
  { open, toError }: RangeSource,
  range: ByteSpan & { etag: string },
  into: Uint8Array,
  signal?: AbortSignal,
): Promise<void> {
  assertSpan(range, into);
  signal?.throwIfAborted();
  try {
    await fillFromFile(await open(), range, into);
  } catch (error) {
    throw await toError(error);
  }
  signal?.throwIfAborted();
}

/**
 * Fills `into` with bytes of an open file, and closes it. Compares the version afterwards, otherwise a file overwritten
 * in place would yield an undetected mix of two versions.
 * @param range.etag version to read; any version when empty.
 * @throws LonghaulError FILE_CHANGED, RANGE_NOT_SATISFIABLE
 */
async function fillFromFile(
  file: FileHandle,
  { start, end, etag }: ByteSpan & { etag: string },
  into: Uint8Array,
): Promise<void> {
  try {
    const version = assertFile(await file.stat({ bigint: true }));
    assertVersion(version, etag === '' ? undefined : etag);
    for (let filled = 0; filled < into.length;) {
      const { bytesRead } = await file.read(into, filled, into.length - filled, start + filled);
      if (bytesRead === 0) throw beyondEnd(end, version.size);
      filled += bytesRead;
    }
    assertVersion(await file.stat({ bigint: true }), etagOf(version));
  } finally {
    // Ignore errors: nothing was written, so a failed close loses nothing.
    await file.close().catch(() => {});
  }
}

/**
 * As `readFileRange`, without leaving the event loop. One look at the version suffices: when the pinned one is there
 * after the read, it was there before.
 * @see RangeReader.readIntoSync
 */
export function readFileRangeSync(
  path: string,
  flags: number,
  range: ByteSpan & { etag: string },
  into: Uint8Array,
): void {
  assertSpan(range, into);
  const { start, end, etag } = range;
  if (etag === '') throw new Error('Only a pinned version is read at once.');
  const file = openSync(path, flags);
  try {
    for (let filled = 0; filled < into.length;) {
      const bytesRead = readSync(file, into, filled, into.length - filled, start + filled);
      if (bytesRead === 0) throw new Error(`The file ends before ${end} bytes.`);
      filled += bytesRead;
    }
    assertVersion(assertFile(fstatSync(file, { bigint: true })), etag);
  } finally {
    closeSync(file);
  }
}

function beyondEnd(end: number, size: bigint): Error {
  return storeError('RANGE_NOT_SATISFIABLE', new RangeError(`Range to ${end} of an object of ${size} bytes`));
}
