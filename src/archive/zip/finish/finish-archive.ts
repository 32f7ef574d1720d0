import type { MissingFile } from '../../../contract/files.js';
import { noFilesLeft } from '../../no-files-left.js';
import type { Summed } from '../format/crc32.js';
import { LIMITS, type Limits } from '../limits.js';
import type { SentPart } from '../ports.js';
import { parseResult } from '../segment/segment-result.js';
import type { SegmentResult } from '../segment/write-segment.js';
import { type ArchiveLayout, layOut } from './archive-layout.js';
import { archiveSum } from './archive-sum.js';
import { archiveTail } from './archive-tail.js';
import { orderedParts } from './ordered-parts.js';
import { sendArchive, type SendIo } from './send-archive.js';
import { readSide } from './side-bytes.js';

export interface FinishIo extends SendIo {
  /** Returns the bytes of the manifest; null when no file is missing. */
  manifest(included: number, lost: readonly MissingFile[]): Uint8Array | null;
  /** Modification time of the manifest, in seconds since 1970. */
  time: number;
  /** Completes the upload with these parts, in order. */
  complete(parts: readonly SentPart[], archive: Summed): Promise<void>;
  /** Returns the size of the object under the key of the archive; null when there is none. */
  storedSize(): Promise<number | null>;
  /** True on any attempt but the first. */
  isRepeated: boolean;
  limits?: Limits;
}

/** The finished archive. */
export interface FinishedArchive extends Summed {
  /** Entries, without the manifest. */
  included: number;
  /** Files that were lost during the build, in the order of the request. */
  lost: MissingFile[];
}

/**
 * Joins the segments to an archive: sends headers of sliced entries, small segments, the manifest and the central
 * directory (APPNOTE 4.3.6), and completes the upload. Reads no source: it may have changed or gone by now. Sends the
 * same bytes when repeated.
 * @param results One result for each segment, in any order.
 * @throws LonghaulError NO_FILES_AVAILABLE when all files are lost.
 */
export async function finishArchive(
  results: readonly SegmentResult[],
  io: FinishIo,
): Promise<FinishedArchive> {
  const layout = await loadLayout(results, io);
  const { lost, included } = layout;
  if (included === 0) throw noFilesLeft(lost);
  const manifest = io.manifest(included, lost);
  // In memory, about 100 bytes for each entry, because its sum is needed before it is sent.
  const tail = [...archiveTail(layout, manifest && { bytes: manifest, time: io.time })];
  const sum = archiveSum(layout, tail);
  await sendOnce(layout, tail, sum, io);
  return { ...sum, included, lost };
}

/**
 * Sends the archive unless that has happened. The key belongs to this upload alone, so an object of the right size under
 * it is the archive. Its ETag tells nothing, because it is no digest with KMS.
 */
async function sendOnce(
  layout: ArchiveLayout,
  tail: readonly Buffer[],
  sum: Summed,
  io: FinishIo,
): Promise<void> {
  const isComplete = async () => (await io.storedSize()) === sum.size;
  if (io.isRepeated && (await isComplete())) return;
  const limits = io.limits ?? LIMITS;
  try {
    const sent = await sendArchive(layout, tail, io, limits);
    const parts = [...layout.segments.flatMap(({ record }) => record.parts), ...sent];
    await io.complete(orderedParts(parts, sum.size, limits), sum);
  } catch (error) {
    io.signal.throwIfAborted();
    // The store may have completed the upload although it said otherwise, or an attempt that seemed dead did.
    if (!(await isComplete().catch(() => false))) throw error;
  }
}

async function loadLayout(
  results: readonly SegmentResult[],
  { side, signal }: FinishIo,
): Promise<ArchiveLayout> {
  const objects = [];
  for (const { name } of results.toSorted((a, b) => a.index - b.index))
    objects.push(parseResult(await readSide(side, name, signal)));
  return layOut(objects);
}
