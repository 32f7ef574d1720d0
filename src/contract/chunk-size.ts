/**
 * Limits the activities that look up the files of one job, because Temporal stores each one in the workflow's state:
 * 1,000 at once take 16 s on PostgreSQL.
 */
const MAX_CHUNKS = 100;

/** Returns how many files one activity looks up: 1 for up to 100 files, else a hundredth of them. */
export function chunkSize(totalFiles: number): number {
  return Math.ceil(totalFiles / MAX_CHUNKS);
}
