import type { Writable } from 'node:stream';
import type { ArchiveInfo } from '../../client/index.js';
import { exitCodeOf, notSaved } from '../errors.js';
import { EXIT } from '../exit-codes.js';
import { Interrupted } from '../interrupt/interrupted.js';
import { type Checksum, checksumLike } from './checksum.js';
import { openDevice, openStdout } from './open-stream.js';
import { PartialFile } from './partial-file.js';
import { ArchiveChanged } from './ranged-request.js';
import type { Sink } from './sink.js';
import { StreamSink } from './stream-sink.js';
import { filePath, type Target } from './target.js';
import { transfer, type TransferOptions } from './transfer.js';

export interface SaveOptions extends Pick<TransferOptions, 'link' | 'signal' | 'onRetry'> {
  archive: ArchiveInfo;
  target: Target;
  /** Replaces an existing file. */
  force: boolean;
  onProgress: (phase: 'Checking' | 'Saving', bytes: number) => void;
}

/** An archive that was saved. */
export interface Saved {
  /** Null for standard output. */
  path: string | null;
  /** False for a kind of checksum that this version does not know. */
  verified: boolean;
}

/**
 * Saves an archive and verifies its checksum. A file gets its name only when it is complete and right.
 * @throws CommandError, LonghaulError, or the reason of the signal.
 */
export async function saveArchive(options: SaveOptions): Promise<Saved> {
  const { target, archive, force } = options;
  if (target.kind === 'stdout')
    return { path: null, verified: await streamTo(openStdout(), 'Standard output', options) };
  if (target.kind === 'device') {
    const stream = await openDevice(target.path, target.isPipe, options.signal);
    return { path: target.path, verified: await streamTo(stream, target.path, options) };
  }
  const path = await filePath(target, archive.name, force);
  const verified = (await saveFile(path, options)) ?? (await saveFile(path, options));
  if (verified === undefined) throw wrongChecksum('was removed');
  return { path, verified };
}

/** Writes an archive in place. Returns whether its checksum is known. */
async function streamTo(stream: Writable, name: string, options: SaveOptions): Promise<boolean> {
  const sum = checksumOf(options.archive.checksum);
  try {
    await transferInto(new StreamSink(stream, name, options.signal), sum, options);
  } finally {
    // Drops what no reader takes, which would keep the process.
    stream.destroy();
  }
  if (sum.current && sum.current.value() !== options.archive.checksum)
    throw wrongChecksum('must not be used');
  return sum.current !== undefined;
}

/**
 * Saves one file. Returns whether its checksum is known; undefined if a resumed file turned out wrong and was removed, so
 * that it can be saved again.
 */
async function saveFile(path: string, options: SaveOptions): Promise<boolean | undefined> {
  const { archive, force } = options;
  const part = await PartialFile.open(path, archive, options);
  const resumedFrom = part.offset;
  const sum = checksumOf(archive.checksum);
  try {
    await readKept(part, sum.current, options);
    await transferInto(part, sum, options);
  } catch (error) {
    await (isUseless(error) ? part.discard() : part.close());
    throw error;
  }
  if (sum.current && sum.current.value() !== archive.checksum) {
    await part.discard();
    if (resumedFrom > 0) return undefined;
    throw wrongChecksum('was removed');
  }
  await part.finish(force);
  return sum.current !== undefined;
}

/** Tells that no later run can go on with a part: it was cancelled, or its archive is gone. */
function isUseless(error: unknown): boolean {
  if (error instanceof Interrupted) return error.leaving === 'cancel';
  const code = exitCodeOf(error);
  return (
    code === EXIT.unknownJob || code === EXIT.jobFailed || (error as Error).cause instanceof ArchiveChanged
  );
}

async function readKept(part: PartialFile, sum: Checksum | undefined, options: SaveOptions): Promise<void> {
  if (part.offset === 0 || !sum) return;
  let read = 0;
  for await (const chunk of part.kept()) {
    options.signal.throwIfAborted();
    sum.update(chunk);
    options.onProgress('Checking', (read += chunk.length));
  }
}

function transferInto(
  sink: Sink,
  checksum: TransferOptions['checksum'],
  options: SaveOptions,
): Promise<void> {
  const { archive, link, signal, onRetry } = options;
  const onProgress = (bytes: number) => options.onProgress('Saving', bytes);
  return transfer({ link, size: archive.size, sink, checksum, signal, onProgress, onRetry });
}

function checksumOf(expected: string): TransferOptions['checksum'] {
  const sum = { current: checksumLike(expected), reset: () => void (sum.current = checksumLike(expected)) };
  return sum;
}

function wrongChecksum(consequence: string) {
  return notSaved(
    `The checksum of the archive is wrong, so what was received ${consequence}. Run the same command again.`,
  );
}
