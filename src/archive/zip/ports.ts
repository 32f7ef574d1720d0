import type { MissingFile } from '../../contract/files.js';
import type { ByteSpan } from './byte-span.js';
import type { PlanEntry } from './plan/plan.js';

/** A version of an object in the store that the archive is written to. */
export interface StoredObject {
  key: string;
  etag: string;
}

export interface SentPart {
  number: number;
  etag: string;
  /** Bytes. */
  size: number;
  /** CRC-32 of the part as the store computed it; null when it says nothing. */
  crc32: number | null;
}

/** One multipart upload. A part that is sent again under its number replaces the first one. */
export interface PartSink {
  /**
   * Sends the buffers as one part. The caller reuses them once the promise settles, so the adapter must settle only
   * after its last read of them, also after an abort.
   * @param position where the part begins in an archive of one segment without copies.
   */
  sendPart(
    number: number,
    buffers: readonly Uint8Array[],
    crc32: number,
    signal: AbortSignal,
    position?: number,
  ): Promise<SentPart>;
  /** Copies bytes of an object into a part, inside the store. Rejects when the object is no longer that version. */
  copyPart(number: number, source: StoredObject, range: ByteSpan, signal: AbortSignal): Promise<SentPart>;
}

/** A small object that the store assembled, and the CRC-32 that it tells of the copied beginning. */
export interface Joint extends StoredObject {
  copiedCrc32: number | null;
}

/** Small objects of one job that live until it is published. A name is written by one attempt only. */
export interface SideObjects {
  /** Stores an object of at most a few parts. Reuses of the buffers as for `PartSink.sendPart`. */
  put(name: string, buffers: readonly Uint8Array[], signal: AbortSignal): Promise<void>;
  get(name: string, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /**
   * Stores an object made of a copied range and literal bytes behind it, with a small multipart upload. Absent when the
   * store cannot copy from the result.
   */
  joint?(
    name: string,
    source: StoredObject,
    range: ByteSpan,
    literal: readonly Uint8Array[],
    literalCrc32: number,
    signal: AbortSignal,
  ): Promise<Joint>;
}

/** Reads the files of a job, pinned to their versions. */
export interface FileReader {
  /**
   * Fills `into` with the bytes `[start, end)` of a file, or rejects. Settles only after its last write to `into`, also
   * after an abort. Ranges of a file on another server arrive one after the other, ascending, without gaps, from 0 or
   * from the beginning of a slice. A new read from there begins the file again.
   */
  read(entry: PlanEntry, range: ByteSpan, into: Uint8Array, signal: AbortSignal): Promise<void>;
  /** Reads a small file of kind `object` at once, for a store on a local disk. When it throws, `read` reads the file. */
  readSync?(entry: PlanEntry, into: Uint8Array): void;
  /** Counts a file whose last bytes arrived, or were copied. A segment that is built again counts its files again. */
  fileEnded?(): void;
}

/** The policy for files that cannot be read: returns why the archive leaves the file out, or throws to fail the build. */
export type OnReadError = (entry: PlanEntry, error: unknown) => MissingFile;

/** Lends buffers of one size. */
export interface Buffers {
  take(size: number): Buffer;
  release(buffer: Buffer): void;
}
