/**
 * Most activities of one job, for each holds a place in the workflow's state: 1,000 at once take a workflow on
 * PostgreSQL 16 s.
 */
const MAX_CHUNKS = 100;

/** Files that one activity looks up: one up to a hundred files, then a hundredth of them. */
export function chunkSize(totalFiles: number): number {
  return Math.ceil(totalFiles / MAX_CHUNKS);
}
