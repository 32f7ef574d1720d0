import { expect } from '@jest/globals';
import type { DownloadStatus } from '../../src/contract/http/answers.js';
import type { ObjectStore } from '../../src/storage/object-store.js';
import { pseudoText } from './pseudo-text.js';
import type { Stack } from './stack.js';
import { listWithUnzip, readWithPython } from './unpack.js';

const MIB = 1024 * 1024;
const SLOW_BYTES = 160 * MIB;

/** A job whose first file takes seconds to deflate on any machine, so that tests can interrupt it. */
export const SLOW_JOB = { fileIds: [70_000, 70_001], archive: { compression: 'deflate' } };

export const building = (status: DownloadStatus) => status.bytesProcessed > 0 && status.status === 'running';

export async function writeSlowFile(store: ObjectStore): Promise<void> {
  await store.write('downloads/70000', pseudoText(SLOW_BYTES), { metadata: { filename: 'slow.txt' } });
}

export async function writeSmallFiles(store: ObjectStore): Promise<void> {
  await store.write('downloads/70001', Buffer.from('small'), { metadata: { filename: 'small.txt' } });
  // Too large to be read ahead beside the slow file.
  await store.write('downloads/70002', Buffer.alloc(2 * MIB), { metadata: { filename: 'late.bin' } });
}

/** Expects the archive of SLOW_JOB, byte for byte, as two unpackers read it. */
export async function expectRightArchive(stack: Stack, jobId: string): Promise<void> {
  const bytes = Buffer.from(await (await stack.archive(jobId)).arrayBuffer());
  const entries = await readWithPython(bytes, 'zip');
  expect(entries.map(({ name, size }) => [name, size])).toEqual([
    ['slow.txt', SLOW_BYTES],
    ['small.txt', 5],
  ]);
  expect(await listWithUnzip(bytes)).toEqual(['slow.txt', 'small.txt']);
}

/** Expects that no counter decreases from one status to the next. */
export function expectNeverBack(seen: readonly DownloadStatus[]): void {
  for (const [i, status] of seen.slice(1).entries()) {
    expect(status.progress).toBeGreaterThanOrEqual(seen[i]!.progress);
    expect(status.bytesProcessed).toBeGreaterThanOrEqual(seen[i]!.bytesProcessed);
    expect(status.attempts).toBeGreaterThanOrEqual(seen[i]!.attempts);
  }
}

/** Expects that the store holds no unfinished upload; withdraws those it does hold. */
export async function expectNoUploads(stack: Stack): Promise<void> {
  expect(await stack.store.abortUploads('')).toBe(0);
}
