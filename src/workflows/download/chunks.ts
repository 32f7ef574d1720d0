import { chunkSize } from '../../contract/chunk-size.js';
import type { RequestedFile } from '../../contract/files.js';

export interface ChunkPlan {
  chunks: { files: RequestedFile[]; firstIndex: number }[];
  /** Whether results are small enough to travel through the workflow: one file per chunk. */
  inline: boolean;
}

/** One file per activity up to a hundred files, then a hundred chunks. */
export function chunksOf(files: readonly RequestedFile[]): ChunkPlan {
  const size = chunkSize(files.length);
  const chunks = [];
  for (let firstIndex = 0; firstIndex < files.length; firstIndex += size) {
    chunks.push({ files: files.slice(firstIndex, firstIndex + size), firstIndex });
  }
  return { chunks, inline: size <= 1 };
}
