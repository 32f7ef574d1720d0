import { Readable } from 'node:stream';
import { type Archiver, TarArchive, ZipArchive } from 'archiver';
import type { ArchiveFormat, Compression } from '../../contract/job.js';
import { BufferPool, cutIntoParts } from '../../bytes/part-cutter.js';
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
  /** Modification time in ISO 8601; null or absent when nothing tells it. */
  modifiedAt?: string | null;
  body: Readable;
}

export interface ArchiveStreamOptions {
  format: ArchiveFormat;
  compression: Compression;
  /** Modification time of entries that have none. Fixed, so that the same files always produce the same bytes. */
  modifiedAt: Date;
  /** Destroys the stream with the signal's reason. */
  signal: AbortSignal;
}

const FILE_MODE = 0o644;
const DEFLATE_LEVEL = 6;
/** Deflate with this level wraps bytes as they are. */
const STORE_LEVEL = 0;
/** Output at once, in bytes. With the default of 16 KiB, storing takes half as much CPU time again. */
const ZLIB_CHUNK = 128 * 1024;
/** A stored block of deflate has at most as many bytes (RFC 1951, 3.2.4). */
const STORED_BLOCK = 65_535;

/**
 * Streams an archive of `entries`, in their order. Pulls one entry at a time, no faster than the result is read, so
 * memory use stays constant. An error of an entry, or of `entries` itself, destroys the stream with that error.
 */
export function archiveStream(entries: AsyncIterable<ArchiveEntry>, options: ArchiveStreamOptions): Readable {
  const zlib = { level: DEFLATE_LEVEL, chunkSize: ZLIB_CHUNK };
  const archive = createArchive(options.format, zlib);
  const abort = () => archive.destroy(options.signal.reason as Error);
  options.signal.addEventListener('abort', abort, { once: true });
  archive.once('close', () => options.signal.removeEventListener('abort', abort));
  appendAll(archive, entries, { ...options, zlib }).catch((error: unknown) =>
    archive.destroy(error as Error),
  );
  return archive;
}

interface AppendOptions extends ArchiveStreamOptions {
  /** Archiver reads these options at the beginning of each entry. */
  zlib: { level: number };
}

function createArchive(format: ArchiveFormat, zlib: { level: number; chunkSize: number }): Archiver {
  if (format === 'zip') return new ZipArchive({ zlib });
  return surviveFailedEntries(
    new TarArchive({ gzip: format === 'tar.gz', gzipOptions: { level: DEFLATE_LEVEL } }),
  );
}

async function appendAll(
  archive: Archiver,
  entries: AsyncIterable<ArchiveEntry>,
  options: AppendOptions,
): Promise<void> {
  for await (const entry of entries) {
    options.signal.throwIfAborted();
    await append(archive, entry, options);
  }
  await archive.finalize();
}

/** Resolves when the archive has consumed the whole entry. */
async function append(archive: Archiver, entry: ArchiveEntry, options: AppendOptions): Promise<void> {
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

/**
 * A ZIP entry is always deflated, because its sums follow in a data descriptor: Java's ZipInputStream and others refuse
 * stored entries with one.
 */
async function write(archive: Archiver, entry: ArchiveEntry, options: AppendOptions): Promise<void> {
  const store = options.format === 'zip' && (await shouldStore(entry, options.compression));
  options.signal.throwIfAborted();
  options.zlib.level = store ? STORE_LEVEL : DEFLATE_LEVEL;
  const appended = new Promise<void>((resolve) => archive.once('entry', () => resolve()));
  archive.append(store ? evenly(entry.body) : entry.body, entryData(entry, options));
  await appended;
}

/** Cuts a body into even chunks, otherwise the bytes of the archive would depend on how they arrived. */
function evenly(body: Readable): Readable {
  const even = Readable.from(evenChunks(body), { objectMode: false });
  // The archiver may listen later. `firstFailure` listens to the body.
  return even.on('error', () => {});
}

async function* evenChunks(body: Readable): AsyncGenerator<Buffer> {
  for await (const { bytes } of cutIntoParts(body, () => STORED_BLOCK, new BufferPool())) yield bytes;
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
  const date = entry.modifiedAt ? new Date(Math.max(0, Date.parse(entry.modifiedAt))) : options.modifiedAt;
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
