import { Readable } from 'node:stream';
import { pMapIterable } from 'p-map';
import type { ArchiveEntry } from '../../archive/streamed/archive-stream.js';
import { noFilesLeft } from '../../archive/no-files-left.js';
import { missingManifestEntry } from '../../archive/missing-manifest.js';
import type { BuildArchiveInput } from '../../contract/activities.js';
import type { PreparedFile } from '../../contract/files.js';
import type { FileSource } from '../../source/file-source.js';
import type { ActivityContext } from '../as-activity.js';
import { assertNotInBulk } from './assert-not-in-bulk.js';
import type { BuildMeter } from './build-meter.js';
import type { BuildOutcome } from './build-outcome.js';
import { PreparedFileReader } from './prepared-file-reader.js';

/**
 * Files up to this many bytes are read ahead, several at once, because the store's latency dominates their cost. Larger
 * ones are opened only when the archive needs them, because servers close connections that stay idle for long.
 */
const READ_AHEAD_MAX_BYTES = 256 * 1024;
const READ_AHEAD = { concurrency: 8, backpressure: 16 };

/**
 * Yields the entries of an archive as the archiver requests them. A lost file is recorded in `outcome` when the job
 * skips such files, and the last entry lists all of them; otherwise the first lost file fails the iteration.
 * @param isLastAttempt Makes a job that skips files also skip those that their store or server fails to deliver.
 * @throws FileLostError when a file is lost midway: the archive then contains a part of it.
 */
export async function* entriesOf(
  source: FileSource,
  job: Pick<BuildArchiveInput, 'jobId' | 'onFileError'>,
  files: readonly PreparedFile[],
  outcome: BuildOutcome,
  meter: BuildMeter,
  { signal, isLastAttempt, logger }: Pick<ActivityContext, 'signal' | 'isLastAttempt' | 'logger'>,
): AsyncGenerator<ArchiveEntry> {
  const reader = new PreparedFileReader(source, signal, {
    onFileError: job.onFileError,
    isLastAttempt,
    logger,
  });
  const totalFiles = files.length + outcome.missing.length;
  // Also after a restart without a file that was lost midway.
  assertNotInBulk(outcome.missing, totalFiles);
  const ahead = pMapIterable(
    files,
    async (file) => ({
      file,
      readAhead: file.size <= READ_AHEAD_MAX_BYTES ? await reader.readWhole(file) : null,
    }),
    READ_AHEAD,
  );
  for await (const { file, readAhead } of ahead) {
    const opened = readAhead ?? (await reader.open(file));
    if (opened.kind === 'lost') {
      outcome.missing.push(opened.missing);
      assertNotInBulk(outcome.missing, totalFiles);
      continue;
    }
    meter.startFile(file.name);
    const chunks = reader.chunksOf(file, opened.body, meter);
    yield { ...file, body: Readable.from(chunks, { objectMode: false }) };
    meter.finishFile();
    outcome.included.push(file);
  }
  if (outcome.included.length === 0) throw noFilesLeft(outcome.missing);
  if (outcome.missing.length > 0)
    yield missingManifestEntry(job.jobId, outcome.included.length, outcome.missing);
}
