import type { Readable } from 'node:stream';
import type { PinnedSource } from '../contract/types.js';
import type { ObjectLocation } from './catalogue.js';

/** A file that exists, pinned to its present version. */
export interface FoundFile {
  /** Bytes. */
  size: number;
  contentType: string | null;
  /** The name its store gives it; not made safe. */
  name: string;
  crc32: number | null;
  source: PinnedSource;
}

/**
 * Reads files wherever a catalogue says they are.
 * Throws FILE_NOT_FOUND, FILE_FORBIDDEN, FILE_CHANGED, or STORAGE_UNAVAILABLE, which is worth retrying.
 */
export interface FileSource {
  /** Looks a file up and pins its version. */
  find(location: ObjectLocation, signal: AbortSignal): Promise<FoundFile>;

  /** The `size` bytes of the pinned version, no more and no fewer, or an error. */
  open(source: PinnedSource, size: number, signal: AbortSignal): Promise<Readable>;
}
