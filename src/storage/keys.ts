import { createHash } from 'node:crypto';
import type { ArchiveFormat } from '../contract/job.js';

/** Prefix of all objects that this service writes. */
export const ARTIFACTS_PREFIX = 'archives/';

/**
 * Prefixes of what no job owns: remembered checksums, and what a probe found out about the store. They are below the
 * artifacts, because the service may write nowhere else.
 */
export const SUMS_PREFIX = `${ARTIFACTS_PREFIX}sums/`;
export const PROBE_PREFIX = `${ARTIFACTS_PREFIX}probe/`;

/**
 * Age at which the sweep deletes what is only remembered. A store is then probed again, because a newer version of it
 * may do more.
 */
export const REMEMBERED_MS = 90 * 24 * 3_600_000;

/** Names the Temporal namespace whose jobs own the artifacts. Every store can read it. @see StoreMarker */
export const MARKER_KEY = `${ARTIFACTS_PREFIX}.longhaul`;

/**
 * Returns the prefix of everything that a job writes, so one listing finds all of it for cleanup. Job ids begin with a
 * timestamp; the hashed segment spreads them over the store's partitions. It is not a secret.
 */
export function jobPrefix(jobId: string): string {
  return `${ARTIFACTS_PREFIX}${partitionOf(jobId)}/${jobId}/`;
}

/** Returns the prefix of what one run of a job writes. A job restarted under the same key has several runs. */
export function runPrefix(jobId: string, runId: string): string {
  return `${jobPrefix(jobId)}${runId}`;
}

/**
 * Returns the key of the archive.
 * @param attempt folder name of the attempt that writes it, so that no two attempts write the same key.
 */
export function archiveKey(jobId: string, attempt: string, format: ArchiveFormat): string {
  return `${jobPrefix(jobId)}${attempt}/archive.${format}`;
}

/** Returns the key of the outcomes of an archive: one JSON line per file, in request order. */
export function outcomesKey(keyOfArchive: string): string {
  return `${folderOf(keyOfArchive)}files.jsonl`;
}

/** Returns the key of the prepared files of one chunk: one JSON line per file. */
export function preparedKey(jobId: string, attempt: string): string {
  return `${jobPrefix(jobId)}${attempt}/prepared.jsonl`;
}

/** Returns the key of the plan of an archive that is built from segments. */
export function planKey(jobId: string, attempt: string): string {
  return `${jobPrefix(jobId)}${attempt}/plan.jsonl`;
}

/** Returns the folder of a key, with a trailing `/`. It contains everything that one attempt wrote. */
export function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1);
}

/** Returns the job that owns the object; null when no job wrote it. */
export function jobOf(key: string): { jobId: string; partition: string } | null {
  const [, partition, jobId] = /^archives\/([0-9a-f]{16})\/([^/]+)\/./.exec(key) ?? [];
  return jobId !== undefined && partition === partitionOf(jobId) ? { jobId, partition } : null;
}

function partitionOf(jobId: string): string {
  return createHash('sha256').update(jobId).digest('hex').slice(0, 16);
}
