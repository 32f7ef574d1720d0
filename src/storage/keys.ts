import { createHash } from 'node:crypto';
import type { ArchiveFormat } from '../contract/types.js';

/**
 * Everything a job writes lies below its own prefix, so that cleaning up is one listing. The hashed segment spreads
 * jobs, whose ids begin with the time, over the store's partitions; it hides nothing from who knows the id.
 */
export function jobPrefix(jobId: string): string {
  const hash = createHash('sha256').update(jobId).digest('hex').slice(0, 16);
  return `archives/${hash}/${jobId}/`;
}

/** The archive itself. */
export function archiveKey(jobId: string, format: ArchiveFormat): string {
  return `${jobPrefix(jobId)}archive.${format}`;
}

/** What became of each file, one JSON line per file, in the order of the request. */
export function outcomesKey(jobId: string): string {
  return `${jobPrefix(jobId)}files.jsonl`;
}

/** What only the build of the job needs. */
export function preparedPrefix(jobId: string): string {
  return `${jobPrefix(jobId)}prepared/`;
}

/** The prepared files of the chunk that begins at `firstIndex`, one JSON line per file. */
export function preparedKey(jobId: string, firstIndex: number): string {
  return `${preparedPrefix(jobId)}${String(firstIndex).padStart(8, '0')}.jsonl`;
}
