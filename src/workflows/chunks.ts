import type { RequestedFile } from '../contract/types.js';

/**
 * Most activities of one job, for each holds a place in the workflow's state: 1,000 at once take a workflow on
 * PostgreSQL 16 s.
 */
const MAX_CHUNKS = 100;

export interface ChunkPlan {
  chunks: { files: RequestedFile[]; firstIndex: number }[];
  /** Whether results are small enough to travel through the workflow: one file per chunk. */
  inline: boolean;
}

/** One file per activity up to a hundred files, then a hundred chunks. */
export function chunksOf(files: readonly RequestedFile[]): ChunkPlan {
  const size = Math.ceil(files.length / MAX_CHUNKS);
  const chunks = [];
  for (let firstIndex = 0; firstIndex < files.length; firstIndex += size) {
    chunks.push({ files: files.slice(firstIndex, firstIndex + size), firstIndex });
  }
  return { chunks, inline: size <= 1 };
}
