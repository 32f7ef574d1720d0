import type { PreparedChunk } from '../../contract/files.js';
import { fileCountText, numberText, sizeText } from '../../contract/quantities.js';
import type { BuiltSegment, PlannedSegment } from '../../contract/segments.js';

/**
 * Summaries of a job's steps in the Temporal Web UI. They hold counts and sizes only, because a history is readable to
 * more people than the files are.
 */

/** @param firstIndex position of the first of `count` files in the job, from 0. */
export function lookUpSummary(firstIndex: number, count: number, total: number): string {
  const first = numberText(firstIndex + 1);
  const range = count === 1 ? `file ${first}` : `files ${first}–${numberText(firstIndex + count)}`;
  return `Look up ${range} of ${numberText(total)}`;
}

export function buildSummary(chunks: readonly PreparedChunk[]): string {
  return `Build the archive: ${totalsOf(chunks)}`;
}

export function planSummary(chunks: readonly PreparedChunk[]): string {
  return `Plan the archive: ${totalsOf(chunks)}`;
}

/** Returns a text such as "Segment 3 of 40: 768–1,024 MB". The range counts bytes of files. */
export function segmentSummary(segments: readonly PlannedSegment[], index: number): string {
  const start = bytesOf(segments.slice(0, index));
  const range = `${megabytes(start)}–${megabytes(start + segments[index]!.bytes)} MB`;
  return `Segment ${index + 1} of ${segments.length}: ${range}`;
}

export function finishSummary(segments: readonly BuiltSegment[]): string {
  const size = segments.reduce((sum, segment) => sum + segment.size, 0);
  return `Finish the archive: ${segments.length} segments, ${sizeText(size)}`;
}

function totalsOf(chunks: readonly PreparedChunk[]): string {
  let [files, bytes] = [0, 0];
  for (const chunk of chunks) {
    files += chunk.count - chunk.missingCount;
    bytes += chunk.bytes;
  }
  return `${fileCountText(files)}, ${sizeText(bytes)}`;
}

function bytesOf(segments: readonly PlannedSegment[]): number {
  return segments.reduce((sum, { bytes }) => sum + bytes, 0);
}

function megabytes(bytes: number): string {
  return numberText(Math.round(bytes / 1e6));
}
