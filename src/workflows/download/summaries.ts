import type { PreparedChunk } from '../../contract/files.js';
import { fileCountText, numberText, sizeText } from '../../contract/quantities.js';

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
  let [files, bytes] = [0, 0];
  for (const chunk of chunks) {
    files += chunk.count - chunk.missingCount;
    bytes += chunk.bytes;
  }
  return `Build the archive: ${fileCountText(files)}, ${sizeText(bytes)}`;
}
