import type { MissingFile, PreparedFile } from '../../../src/contract/files.js';
import type { Compression } from '../../../src/contract/job.js';
import {
  finishArchive,
  type FinishedArchive,
  type FinishIo,
} from '../../../src/archive/zip/finish/finish-archive.js';
import type { Limits } from '../../../src/archive/zip/limits.js';
import {
  parsePlanLines,
  type Plan,
  type PlanEntry,
  type SegmentPlan,
} from '../../../src/archive/zip/plan/plan.js';
import { planSegments, type PlanOptions } from '../../../src/archive/zip/plan/plan-segments.js';
import {
  type SegmentIo,
  type SegmentResult,
  writeSegment,
} from '../../../src/archive/zip/segment/write-segment.js';
import { MemoryReader } from './memory-reader.js';
import { etagOf, MemorySide, MemoryUpload, type Objects, type Pause } from './memory-upload.js';
import { SMALL_LIMITS } from './small-limits.js';

/** 2024-05-17T12:34:56Z */
export const TIME = 1_715_949_296;

/** A file of a test. */
export interface TestFile {
  name: string;
  bytes: Buffer;
  /** The kind of source, `object` by default. `stream` is a server without ranges, `server` one with them. */
  source?: 'object' | 'stream' | 'server';
  /** True when the store knows the CRC-32. */
  known?: boolean;
  crc32?: number;
  contentType?: string;
  modifiedAt?: string;
}

/** Everything that one archive is built with, in memory. */
export class ZipBench {
  readonly objects: Objects = new Map();
  readonly limits: Limits;
  readonly files: PreparedFile[];
  upload: MemoryUpload;
  side: MemorySide;
  reader: MemoryReader;
  readonly released: Buffer[] = [];
  buffersOut = 0;

  constructor(
    files: readonly TestFile[],
    { limits = SMALL_LIMITS, pause = async () => {} }: { limits?: Limits; pause?: Pause } = {},
  ) {
    this.limits = limits;
    this.files = files.map((file, index) => this.add(file, index));
    this.upload = new MemoryUpload(limits, this.objects, pause);
    this.side = new MemorySide(limits, this.objects, pause);
    this.reader = new MemoryReader(this.objects, pause);
  }

  plan(options: Partial<PlanOptions> & { compression: Compression }): Plan {
    return planSegments(this.files, { time: TIME, copies: true, limits: this.limits, ...options });
  }

  segmentIo(plan: Plan, segment: SegmentPlan, io: Partial<SegmentIo> = {}): SegmentIo {
    return {
      entries: linesOf(plan, segment),
      partSize: plan.partSize,
      half: 0,
      prefix: `segment-${segment.index}/`,
      sink: this.upload,
      side: this.side,
      reader: this.reader,
      onReadError: lose,
      buffers: this.buffers,
      signal: new AbortController().signal,
      limits: this.limits,
      ...io,
    };
  }

  finishIo(plan: Plan, io: Partial<FinishIo> = {}): FinishIo {
    return {
      plan,
      sink: this.upload,
      side: this.side,
      buffers: this.buffers,
      signal: new AbortController().signal,
      manifest: (included, lost) =>
        lost.length > 0
          ? Buffer.from(JSON.stringify({ included, lost: lost.map(({ index }) => index) }))
          : null,
      time: TIME,
      complete: async (parts, { crc32 }) => this.upload.complete(parts, crc32),
      storedSize: async () => this.upload.object?.length ?? null,
      isRepeated: false,
      limits: this.limits,
      ...io,
    };
  }

  /** Builds an archive without faults. */
  async build(options: Partial<PlanOptions> & { compression: Compression }): Promise<Buffer> {
    const plan = this.plan(options);
    const results: SegmentResult[] = [];
    for (const segment of plan.segments)
      results.push(await writeSegment(segment, this.segmentIo(plan, segment)));
    await this.finish(plan, results);
    return this.upload.object!;
  }

  finish(
    plan: Plan,
    results: readonly SegmentResult[],
    io: Partial<FinishIo> = {},
  ): Promise<FinishedArchive> {
    return finishArchive(results, this.finishIo(plan, io));
  }

  /** Buffers that are filled with rubbish when they come back, so that a late read shows. */
  private readonly buffers = {
    take: (size: number) => {
      this.buffersOut += 1;
      return Buffer.alloc(size, 0xaa);
    },
    release: (buffer: Buffer) => {
      this.buffersOut -= 1;
      buffer.fill(0xbb);
    },
  };

  private add(file: TestFile, index: number): PreparedFile {
    const key = `file-${index}`;
    this.objects.set(key, file.bytes);
    const isObject = (file.source ?? 'object') === 'object';
    const ranges = file.source === 'server';
    return {
      index,
      fileId: index,
      name: file.name,
      size: file.bytes.length,
      contentType: file.contentType ?? null,
      source: isObject
        ? { kind: 'object', key, etag: etagOf(file.bytes) }
        : { kind: 'https', url: key, etag: ranges ? '"1"' : null, lastModified: null, ranges },
      crc32: file.crc32 ?? null,
      ...(file.modifiedAt && { modifiedAt: file.modifiedAt }),
    };
  }
}

export function linesOf(plan: Plan, { lines }: SegmentPlan): PlanEntry[] {
  if (lines.end === 0) return plan.entries;
  return parsePlanLines(Buffer.concat(plan.lines).subarray(lines.start, lines.end));
}

/** Leaves out every file that cannot be read. */
export function lose(entry: PlanEntry, error: unknown): MissingFile {
  if (error instanceof TypeError) throw error;
  return {
    index: entry.index,
    fileId: entry.fileId,
    code: 'FILE_NOT_FOUND',
    message: (error as Error).message,
  };
}
