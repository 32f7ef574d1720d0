import type { Readable } from 'node:stream';
import { type Archiver, TarArchive, ZipArchive } from 'archiver';
import type { ArchiveFormat, Compression } from '../../contract/job.js';
import { isCompressedType, isIncompressible } from './compressibility.js';
import { peek } from './peek.js';
import { surviveFailedEntries } from './tar-entries.js';

/** One file to archive. `body` yields exactly `size` bytes, or fails. */
export interface ArchiveEntry {
  /** Safe, and unique within the archive. */
  name: string;
  /** Bytes. */
  size: number;
  contentType: string | null;
  body: Readable;
}

export interface ArchiveStreamOptions {
  format: ArchiveFormat;
  compression: Compression;
  /** Modification time of every entry. Fixed, so that the same files always produce the same bytes. */
  modifiedAt: Date;
  /** Destroys the stream with the signal's reason. */
  signal: AbortSignal;
}

const FILE_MODE = 0o644;
const DEFLATE_LEVEL = 6;

/**
 * Streams an archive of `entries`, in their order. Pulls one entry at a time, no faster than the result is read, so
 * memory use stays constant. An error of an entry, or of `entries` itself, destroys the stream with that error.
 */
export function archiveStream(entries: AsyncIterable<ArchiveEntry>, options: ArchiveStreamOptions): Readable {
  const archive = createArchive(options.format);
  const abort = () => archive.destroy(options.signal.reason as Error);
  options.signal.addEventListener('abort', abort, { once: true });
  archive.once('close', () => options.signal.removeEventListener('abort', abort));
  appendAll(archive, entries, options).catch((error: unknown) => archive.destroy(error as Error));
  return archive;
}

function createArchive(format: ArchiveFormat): Archiver {
  if (format === 'zip') return new ZipArchive({ zlib: { level: DEFLATE_LEVEL } });
  return surviveFailedEntries(
    new TarArchive({ gzip: format === 'tar.gz', gzipOptions: { level: DEFLATE_LEVEL } }),
  );
}

async function appendAll(
  archive: Archiver,
  entries: AsyncIterable<ArchiveEntry>,
  options: ArchiveStreamOptions,
): Promise<void> {
  for await (const entry of entries) {
    options.signal.throwIfAborted();
    await append(archive, entry, options);
  }
  await archive.finalize();
}

/** Resolves when the archive has consumed the whole entry. */
async function append(archive: Archiver, entry: ArchiveEntry, options: ArchiveStreamOptions): Promise<void> {
  const failure = firstFailure(archive, entry.body, options.signal);
  try {
    await Promise.race([write(archive, entry, options), failure.promise]);
  } catch (error) {
    entry.body.destroy();
    throw error;
  } finally {
    failure.stopListening();
  }
}

async function write(archive: Archiver, entry: ArchiveEntry, options: ArchiveStreamOptions): Promise<void> {
  const store = options.format === 'zip' && (await shouldStore(entry, options.compression));
  options.signal.throwIfAborted();
  const appended = new Promise<void>((resolve) => archive.once('entry', () => resolve()));
  archive.append(entry.body, { ...entryData(entry, options), store });
  await appended;
}

/**
 * Rejects as soon as the archive or the body fails, or the signal aborts. Archiver pipes a body without listening for
 * its errors, so this listens before the first byte. Uses plain listeners, which are cheaper, because it runs per file.
 */
function firstFailure(archive: Archiver, body: Readable, signal: AbortSignal) {
  let reject!: (reason: unknown) => void;
  const promise = new Promise<never>((_, rejectPromise) => {
    reject = rejectPromise;
  });
  const abort = () => reject(signal.reason);
  archive.once('error', reject);
  body.once('error', reject);
  signal.addEventListener('abort', abort, { once: true });
  const stopListening = () => {
    archive.off('error', reject);
    signal.removeEventListener('abort', abort);
  };
  return { promise, stopListening };
}

function entryData(entry: ArchiveEntry, options: ArchiveStreamOptions) {
  const date = options.modifiedAt;
  // Archiver needs `stats.size` for tar, otherwise it buffers the whole body. It reads only these three fields of an
  // fs.Stats.
  const stats = { size: entry.size, mode: FILE_MODE, mtime: date } as never;
  return { name: entry.name, date, mode: FILE_MODE, stats };
}

async function shouldStore(entry: ArchiveEntry, compression: Compression): Promise<boolean> {
  if (entry.size === 0) return true;
  if (compression !== 'auto') return compression === 'store';
  return isCompressedType(entry.name, entry.contentType) || (await isIncompressible(await peek(entry.body)));
}
