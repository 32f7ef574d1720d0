import type { MissingFile, PreparedChunk, PreparedFile, PreparedLine } from '../contract/types.js';
import type { ObjectStore } from '../storage/object-store.js';
import { readJsonLines } from './json-lines.js';

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
    for await (const line of readJsonLines<PreparedLine>(store, chunk.files.manifestKey, signal)) {
      if ('found' in line) files.push(line.found);
      else missing.push(line.missing);
    }
  }
  return { files, missing };
}
