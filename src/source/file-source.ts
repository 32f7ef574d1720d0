import type { Readable } from 'node:stream';
import type { PinnedSource } from '../contract/files.js';
import type { FileLocation } from './catalogue/catalogue.js';

/** A file that exists, pinned to its present version. */
export interface FoundFile<P extends PinnedSource = PinnedSource> {
  /** Bytes. */
  size: number;
  contentType: string | null;
  /** The name its store gives it; not made safe. */
  name: string;
  crc32: number | null;
  source: P;
}

/**
 * Reads files wherever a catalogue says they are: everywhere, or at one kind of place.
 * Throws FILE_NOT_FOUND, FILE_FORBIDDEN, FILE_CHANGED, FILE_UNREADABLE or FILE_TOO_LARGE; or STORAGE_UNAVAILABLE and
 * SOURCE_UNAVAILABLE, which are worth retrying.
 */
export interface FileSource<L extends FileLocation = FileLocation, P extends PinnedSource = PinnedSource> {
  /** Looks a file up and pins its version. */
  find(location: L, signal: AbortSignal): Promise<FoundFile<P>>;

  /** The `size` bytes of the pinned version, no more and no fewer, or an error. */
  open(source: P, size: number, signal: AbortSignal): Promise<Readable>;
}
