import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { pMapIterable } from 'p-map';
import type { ArchiveEntry } from '../../archive/streamed/archive-stream.js';
import { missingManifestEntry } from '../../archive/missing-manifest.js';
import type { BuildArchiveInput } from '../../contract/activities.js';
import { LonghaulError } from '../../contract/errors.js';
import type { PreparedFile } from '../../contract/files.js';
import type { FileSource } from '../../source/file-source.js';
import type { ActivityContext } from '../as-activity.js';
import type { BuildMeter } from './build-meter.js';
import type { BuildOutcome } from './build-outcome.js';
import { asLost, FileLostError } from './file-lost.js';

/**
 * Files up to this many bytes are read ahead, several at once, for their cost is the store's latency. Larger ones are
 * opened when their turn comes: a connection that waits for hours is cut.
 */
const READ_AHEAD_MAX_BYTES = 256 * 1024;
const READ_AHEAD = { concurrency: 8, backpressure: 16 };

/** A file's own error, which says that it is lost; every other error as it is. */
type Lose = (file: PreparedFile, error: unknown) => unknown;

interface Opened {
  file: PreparedFile;
  body: Readable | FileLostError;
}

/**
 * The entries of an archive as they are needed. Files that are lost are noted in `outcome` when the job skips such
 * files, and the last entry then tells of them; otherwise the first one ends the iteration with its error.
 * @param isLastAttempt when a job that skips files does without those whose own server is out of order.
 */
export async function* entriesOf(
  source: FileSource,
  job: Pick<BuildArchiveInput, 'jobId' | 'onFileError'>,
  files: readonly PreparedFile[],
  outcome: BuildOutcome,
  meter: BuildMeter,
  { signal, isLastAttempt }: Pick<ActivityContext, 'signal' | 'isLastAttempt'>,
): AsyncGenerator<ArchiveEntry> {
  const givesUp = job.onFileError === 'skip' && isLastAttempt;
  const lose: Lose = (file, error) => asLost(file, error, givesUp);
  const open = (file: PreparedFile) => openOrLose(source, file, lose, signal);
  const ahead = pMapIterable(
    files,
    async (file) => ({
      file,
      opened: file.size <= READ_AHEAD_MAX_BYTES ? await readWhole(file, open, lose) : null,
    }),
    READ_AHEAD,
  );
  for await (const { file, opened } of ahead) {
    const { body } = opened ?? (await open(file));
    if (body instanceof FileLostError) {
      if (job.onFileError === 'fail') throw body;
      outcome.missing.push(body.missing);
      continue;
    }
    meter.startFile(file.name);
    yield { ...file, body: Readable.from(metered(file, body, meter, lose), { objectMode: false }) };
    meter.finishFile();
    outcome.included.push(file);
  }
  if (outcome.included.length === 0) throw nothingLeft(outcome);
  if (outcome.missing.length > 0)
    yield missingManifestEntry(job.jobId, outcome.included.length, outcome.missing);
}

async function openOrLose(
  source: FileSource,
  file: PreparedFile,
  lose: Lose,
  signal: AbortSignal,
): Promise<Opened> {
  try {
    return { file, body: await source.open(file.source, file.size, signal) };
  } catch (error) {
    return { file, body: orThrow(lose(file, error)) };
  }
}

/** Reads a small file to its end, so that losing it half way spoils nothing. */
async function readWhole(
  file: PreparedFile,
  open: (file: PreparedFile) => Promise<Opened>,
  lose: Lose,
): Promise<Opened> {
  const { body } = await open(file);
  if (body instanceof FileLostError) return { file, body };
  try {
    return { file, body: Readable.from([await buffer(body)], { objectMode: false }) };
  } catch (error) {
    return { file, body: orThrow(lose(file, error)) };
  }
}

async function* metered(
  file: PreparedFile,
  body: Readable,
  meter: BuildMeter,
  lose: Lose,
): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      meter.addBytes(chunk.length);
      yield chunk;
    }
  } catch (error) {
    throw lose(file, error);
  }
}

function orThrow(error: unknown): FileLostError {
  if (error instanceof FileLostError) return error;
  throw error;
}

function nothingLeft({ missing }: BuildOutcome): LonghaulError {
  const first = missing[0]?.message ?? '';
  return new LonghaulError('NO_FILES_AVAILABLE', `None of the files is available any more. ${first}`);
}
