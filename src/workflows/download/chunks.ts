import { chunkSize } from '../../contract/chunk-size.js';
import type { RequestedFile } from '../../contract/files.js';

export interface ChunkPlan {
  chunks: { files: RequestedFile[]; firstIndex: number }[];
  /** True when the results are small enough for the workflow: one file per chunk. */
  inline: boolean;
}

/** Splits the files into chunks, one per activity: one file each for up to 100 files, else at most 100 chunks. */
export function chunksOf(files: readonly RequestedFile[]): ChunkPlan {
  const size = chunkSize(files.length);
  const chunks = [];
  for (let firstIndex = 0; firstIndex < files.length; firstIndex += size) {
    chunks.push({ files: files.slice(firstIndex, firstIndex + size), firstIndex });
  }
  return { chunks, inline: size <= 1 };
}
