import { createHash } from 'node:crypto';
import type { ArchiveFormat } from '../contract/job.js';

/** Everything that jobs write, and nothing else, lies below this. */
export const ARTIFACTS_PREFIX = 'archives/';

/**
 * Everything a job writes lies below its own prefix, so that cleaning up is one listing. The hashed segment spreads
 * jobs, whose ids begin with the time, over the store's partitions; it hides nothing from who knows the id.
 */
export function jobPrefix(jobId: string): string {
  return `${ARTIFACTS_PREFIX}${partitionOf(jobId)}/${jobId}/`;
}

/** Everything that one run of the job writes; a job that is started again under the same key has several runs. */
export function runPrefix(jobId: string, runId: string): string {
  return `${jobPrefix(jobId)}${runId}`;
}

/**
 * The archive itself.
 * @param pass name of the attempt that writes it: no two ever write under the same key.
 */
export function archiveKey(jobId: string, pass: string, format: ArchiveFormat): string {
  return `${jobPrefix(jobId)}${pass}/archive.${format}`;
}

/** What became of each file of an archive, one JSON line per file, in the order of the request. */
export function outcomesKey(keyOfArchive: string): string {
  return `${folderOf(keyOfArchive)}files.jsonl`;
}

/** The prepared files of one chunk, one JSON line per file. */
export function preparedKey(jobId: string, pass: string): string {
  return `${jobPrefix(jobId)}${pass}/prepared.jsonl`;
}

/** The folder of a key, with `/` at the end: what one pass has written. */
export function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1);
}

/** Whose artifact a key names; null for what no job has written. */
export function jobOf(key: string): { jobId: string; partition: string } | null {
  const [, partition, jobId] = /^archives\/([0-9a-f]{16})\/([^/]+)\/./.exec(key) ?? [];
  return jobId !== undefined && partition === partitionOf(jobId) ? { jobId, partition } : null;
}

function partitionOf(jobId: string): string {
  return createHash('sha256').update(jobId).digest('hex').slice(0, 16);
}
