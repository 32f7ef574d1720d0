const MIB = 1024 * 1024;

/** Sizes that the engine works with, in bytes. Tests use smaller ones. */
export interface Limits {
  /** Smallest part but the last of an upload (S3: 5 MiB). */
  minPart: number;
  /** Smallest part size of a plan; a plan raises it in steps of `unit`. */
  partSize: number;
  /** A part size above this makes a plan do without second halves, because several parts are in memory. */
  largePart: number;
  /** Highest part number (S3: 10,000). */
  maxParts: number;
  /** Sizes of slices and parts are multiples of it. */
  unit: number;
  /** Source bytes and entries of a segment, before a large job raises both. */
  segmentBytes: number;
  segmentEntries: number;
  /** Most segments of a job, otherwise its workflow history grows too long. */
  maxSegments: number;
  /** Raw bytes of a deflated block, and of the first read of every file. */
  block: number;
  /** Smallest file that is copied inside the store. */
  minCopy: number;
  /** Largest range of one copy. S3 allows 5 GiB; a failed range is copied again. */
  maxCopy: number;
}

export const LIMITS: Limits = {
  minPart: 5 * MIB,
  partSize: 8 * MIB,
  largePart: 16 * MIB,
  maxParts: 10_000,
  unit: MIB,
  segmentBytes: 256 * MIB,
  segmentEntries: 4_096,
  maxSegments: 200,
  block: MIB,
  minCopy: 16 * MIB,
  maxCopy: 1024 * MIB,
};
