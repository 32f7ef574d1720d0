import { randomUUID } from 'node:crypto';
import type { ErrorCode } from '../../src/contract/errors.js';
import { failingOf } from '../../src/contract/file-faults.js';
import type { DownloadJob, JobPolicy } from '../../src/contract/job.js';
import type { MissingFile, PreparedChunk, PreparedFile } from '../../src/contract/files.js';

/** A job as the API creates it; `changes` override the defaults. */
export function aJob(
  changes: Partial<Omit<DownloadJob, 'policy'>> & { policy?: Partial<JobPolicy> } = {},
): DownloadJob {
  const { policy, ...rest } = changes;
  return {
    jobId: randomUUID(),
    userId: 'anonymous',
    files: [70_000, 70_001],
    archive: { format: 'zip', compression: 'auto', name: 'photos.zip' },
    onFileError: 'fail',
    priority: 'standard',
    labels: {},
    callbackUrl: null,
    createdAt: new Date().toISOString(),
    fingerprint: null,
    ...rest,
    policy: {
      timeoutMs: 21_600_000,
      ttlMs: 86_400_000,
      maxAttempts: 4,
      heartbeatTimeoutMs: 10_000,
      maxBytes: 1e12,
      maxRunning: 0,
      operatorWebhook: false,
      delay: null,
      ...policy,
    },
  };
}

export function aPreparedFile(index: number, changes: Partial<PreparedFile> = {}): PreparedFile {
  return {
    index,
    fileId: 70_000 + index,
    name: `file-${index}.txt`,
    size: 100,
    contentType: 'text/plain',
    source: { kind: 'object', key: `downloads/${70_000 + index}`, etag: '"1"' },
    crc32: null,
    ...changes,
  };
}

export function aMissingFile(index: number, code: ErrorCode = 'FILE_NOT_FOUND'): MissingFile {
  const fileId = 70_000 + index;
  return { index, fileId, code, message: `File ${fileId} does not exist.` };
}

export function aChunk(files: PreparedFile[], missing: MissingFile[] = []): PreparedChunk {
  const failing = failingOf(missing);
  return {
    ...(failing && { failing }),
    files,
    count: files.length + missing.length,
    bytes: files.reduce((total, file) => total + file.size, 0),
    missingCount: missing.length,
    missing,
    attempt: 1,
  };
}
