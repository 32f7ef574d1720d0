import type { Readable } from 'node:stream';
import type { PinnedSource } from '../contract/files.js';
import type { FileLocation } from './catalogue/catalogue.js';

/** An existing file, pinned to its current version. */
export interface FoundFile<P extends PinnedSource = PinnedSource> {
  /** Bytes. */
  size: number;
  contentType: string | null;
  /** The name in its store; not sanitized. */
  name: string;
  crc32: number | null;
  /** Modification time in ISO 8601; null when the source tells none. */
  modifiedAt: string | null;
  source: P;
}

/**
 * Reads files at the locations that a catalogue returns; an implementation may support only one kind of location.
 * Throws the codes of `FILE_FAULTS`. It also throws STORAGE_UNAVAILABLE and SOURCE_UNAVAILABLE, which callers may retry.
 */
export interface FileSource<L extends FileLocation = FileLocation, P extends PinnedSource = PinnedSource> {
  /** Looks up a file and pins its version. */
  find(location: L, signal: AbortSignal): Promise<FoundFile<P>>;

  /**
   * Streams exactly `size` bytes of the pinned version, or fails.
   * @param range streams these bytes instead. The source must take ranges.
   */
  open(source: P, size: number, signal: AbortSignal, range?: FileRange): Promise<Readable>;
}

/** Bytes `[start, end)` of a file. */
export interface FileRange {
  start: number;
  end: number;
}
