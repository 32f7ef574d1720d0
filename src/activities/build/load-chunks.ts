import { LonghaulError } from '../../contract/errors.js';
import type { MissingFile, PreparedChunk, PreparedFile, PreparedLine } from '../../contract/files.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { readJsonLines } from '../json-lines.js';

/** All files of a job in the order of the request, wherever preparing left them. */
export async function loadChunks(
  store: ObjectStore,
  chunks: readonly PreparedChunk[],
  signal: AbortSignal,
): Promise<{ files: PreparedFile[]; missing: MissingFile[] }> {
  const files: PreparedFile[] = [];
  const missing: MissingFile[] = [];
  for (const chunk of chunks) {
    if (Array.isArray(chunk.files)) {
      files.push(...chunk.files);
      missing.push(...chunk.missing);
      continue;
    }
    let count = 0;
    for await (const line of readJsonLines<PreparedLine>(store, chunk.files.manifestKey, signal)) {
      if ('found' in line) files.push(line.found);
      else missing.push(line.missing);
      count++;
    }
    if (count !== chunk.count) throw incomplete(count, chunk.count);
  }
  return { files, missing };
}

/** An archive made of it would lack files, and nothing would tell. */
function incomplete(count: number, expected: number): LonghaulError {
  const message = `The object store gave ${count} of ${expected} looked-up files back. Try again shortly.`;
  return new LonghaulError('STORAGE_UNAVAILABLE', message);
}
