import { LonghaulError } from '../../contract/errors.js';
import type { MissingFile, PreparedChunk, PreparedFile, PreparedLine } from '../../contract/files.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { readJsonLines } from '../json-lines.js';

/**
 * Loads all files of a job, in the order of the request, from the chunks or their manifests.
 * @throws LonghaulError STORAGE_UNAVAILABLE when a manifest is incomplete, otherwise the archive would silently lack files.
 */
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

function incomplete(count: number, expected: number): LonghaulError {
  const message = `The object store returned ${count} of ${expected} prepared files. Try again in a minute.`;
  return new LonghaulError('STORAGE_UNAVAILABLE', message);
}
