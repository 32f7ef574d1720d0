import type { PreparedChunk } from './files.js';
import type { ArchiveOptions, OnFileError } from './job.js';
import type { BuildProgress, BuiltArchive } from './snapshot.js';

/** Activities that build one ZIP archive from segments, which workers build at once and in any order. */
export interface SegmentActivities {
  /** Cuts the archive into segments and begins its upload, unless it must be built in one stream. */
  planArchive: (input: PlanArchiveInput) => Promise<ArchivePlan>;

  /** Builds one segment into parts of the upload. */
  buildSegment: (input: BuildSegmentInput) => Promise<BuiltSegment>;

  /** Joins the segments to the archive and records the outcome of each file. */
  finishArchive: (input: FinishArchiveInput) => Promise<BuiltArchive>;
}

/** Bytes `[start, end)`. */
interface Span {
  start: number;
  end: number;
}

/** One segment as the workflow carries it. The rest is in the plan object. */
export interface PlannedSegment {
  /** From 0. */
  index: number;
  /** Where the plan object has the lines of its entries. */
  lines: Span;
  entries: number;
  /** Bytes of its files. */
  bytes: number;
  /** Part numbers. */
  numbers: { first: number; count: number; halves: 1 | 2 };
  /** Present when the segment is a slice of one file. */
  slice?: Span & { index: number; of: number };
}

/** The upload of an archive. */
export interface ArchiveUpload {
  key: string;
  id: string;
  checked: boolean;
}

export interface SegmentedPlan {
  kind: 'segments';
  upload: ArchiveUpload;
  /** Key of the plan object: one JSON line for each file. */
  planKey: string;
  /** Bytes of each part. */
  partSize: number;
  /** The first part number behind all segments. */
  tail: number;
  /** Segments to build at once; absent in plans of earlier versions. */
  parallelism?: number;
  segments: PlannedSegment[];
}

export type ArchivePlan = { kind: 'streamed' } | SegmentedPlan;

export interface PlanArchiveInput {
  jobId: string;
  archive: ArchiveOptions;
  /** RFC 3339; the modification time of entries whose source tells none. */
  createdAt: string;
  chunks: PreparedChunk[];
}

export interface BuildSegmentInput {
  jobId: string;
  plan: Omit<SegmentedPlan, 'kind' | 'segments' | 'tail'>;
  segment: PlannedSegment;
  onFileError: OnFileError;
  /** Files of the job. */
  totalFiles: number;
  /** Attempts that workers handed over. */
  earlierAttempts: number;
  handedOver: BuildProgress | null;
  /** True for a slice of a file that lost another slice: nothing of it is read. Absent otherwise. */
  isLeftOut?: true;
}

/** A segment that is in the store. */
export interface BuiltSegment {
  index: number;
  /** Name of the object with its parts and entries. */
  name: string;
  /** Entries; 0 for a slice. */
  included: number;
  lost: number;
  /** Bytes in the archive. */
  size: number;
  /** The attempt that succeeded, from 1. */
  attempt: number;
}

export interface FinishArchiveInput {
  jobId: string;
  plan: Omit<SegmentedPlan, 'kind' | 'segments'>;
  segments: BuiltSegment[];
  createdAt: string;
  chunks: PreparedChunk[];
  /** True after a hand-over: the archive may be complete already. */
  isRepeated: boolean;
}

/** Heartbeat details of a segment. */
export interface SegmentProgress extends BuildProgress {
  segment: number;
  /** Attempts until now, those of earlier activities included. */
  tries: number;
}
