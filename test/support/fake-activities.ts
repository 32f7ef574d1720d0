import { ApplicationFailure, Context } from '@temporalio/activity';
import type {
  BuildArchiveInput,
  DownloadActivities,
  PrepareFilesInput,
  PublishArchiveInput,
} from '../../src/contract/activities.js';
import type { ErrorCode } from '../../src/contract/errors.js';
import type {
  ArchivePlan,
  BuildSegmentInput,
  BuiltSegment,
  FinishArchiveInput,
  PlanArchiveInput,
  SegmentActivities,
} from '../../src/contract/segments.js';
import type { BuiltArchive } from '../../src/contract/snapshot.js';
import type { PreparedChunk } from '../../src/contract/files.js';
import { aChunk, aPreparedFile } from './jobs.js';

type Name = keyof DownloadActivities | keyof SegmentActivities;

const MIB = 1024 * 1024;

/** Fake activities that succeed and record their calls; tests can make them fail or hang. */
export class FakeActivities implements DownloadActivities, SegmentActivities {
  readonly calls: { name: Name; attempt: number; at: number; input: unknown }[] = [];
  /** Segments of the plan; 0 to answer that the archive must be streamed. */
  segments = 6;
  /** Segments to build at once, as the plan says. */
  parallelism: number | undefined;
  /** Slices of each file, when the segments are slices. */
  slices: number | undefined;
  /** Segments that lose a file. */
  losing: ReadonlySet<number> = new Set();
  /** Calls of `buildSegment` that run at once, and the most of them. */
  building = 0;
  mostBuilding = 0;
  fileSize = 100;
  private readonly scripts = new Map<Name, (() => Promise<void>)[]>();

  /** Behavior of the next calls of an activity before it succeeds. */
  script(name: Name, ...steps: (() => Promise<void>)[]): this {
    this.scripts.set(name, [...(this.scripts.get(name) ?? []), ...steps]);
    return this;
  }

  callsOf(name: Name) {
    return this.calls.filter((call) => call.name === name);
  }

  prepareFiles = async (input: PrepareFilesInput): Promise<PreparedChunk> => {
    await this.call('prepareFiles', input);
    const chunk = aChunk(
      input.files.map((_, i) => aPreparedFile(input.firstIndex + i, { size: this.fileSize })),
    );
    return { ...chunk, attempt: Context.current().info.attempt };
  };

  buildArchive = async (input: BuildArchiveInput): Promise<BuiltArchive> => {
    await this.call('buildArchive', input);
    const files = input.chunks.flatMap((chunk) => (Array.isArray(chunk.files) ? chunk.files : []));
    const bytes = files.reduce((total, file) => total + file.size, 0);
    const skipped = input.chunks.reduce((total, chunk) => total + chunk.missingCount, 0);
    const { attempt } = Context.current().info;
    return {
      key: `archives/${input.jobId}`,
      size: bytes + 100,
      checksum: 'sha256:0',
      bytes,
      files: files.length,
      skipped,
      attempt,
    };
  };

  planArchive = async (input: PlanArchiveInput): Promise<ArchivePlan> => {
    await this.call('planArchive', input);
    if (this.segments === 0) return { kind: 'streamed' };
    const segments = Array.from({ length: this.segments }, (_, index) => ({
      index,
      lines: { start: 0, end: 0 },
      entries: 1,
      bytes: 256 * MIB,
      numbers: { first: 1 + 10 * index, count: 5, halves: 2 as const },
      ...(this.slices && { slice: { index: index % this.slices, of: this.slices, start: 0, end: 0 } }),
    }));
    const key = `archives/${input.jobId}/${this.callsOf('planArchive').length}/archive.zip`;
    const upload = { key, id: 'upload', checked: true };
    const parallelism = this.parallelism === undefined ? {} : { parallelism: this.parallelism };
    return {
      kind: 'segments',
      upload,
      planKey: 'plan',
      partSize: 8 * MIB,
      tail: 9_000,
      ...parallelism,
      segments,
    };
  };

  buildSegment = async (input: BuildSegmentInput): Promise<BuiltSegment> => {
    this.building += 1;
    this.mostBuilding = Math.max(this.mostBuilding, this.building);
    try {
      await this.call('buildSegment', input);
    } finally {
      this.building -= 1;
    }
    const { index, bytes } = input.segment;
    const { attempt } = Context.current().info;
    return {
      index,
      name: `result-${index}`,
      included: 1,
      lost: Number(this.losing.has(index)),
      size: bytes,
      attempt,
    };
  };

  finishArchive = async (input: FinishArchiveInput): Promise<BuiltArchive> => {
    await this.call('finishArchive', input);
    const size = input.segments.reduce((sum, segment) => sum + segment.size, 0);
    const { attempt } = Context.current().info;
    const { key } = input.plan.upload;
    const files = input.segments.length;
    return { key, size, checksum: 'crc32:00000000', bytes: size, files, skipped: 0, attempt };
  };

  publishArchive = async (input: PublishArchiveInput): Promise<{ attempt: number }> => {
    await this.call('publishArchive', input);
    return { attempt: Context.current().info.attempt };
  };

  removeArtifacts = async (input: { jobId: string }): Promise<void> => {
    await this.call('removeArtifacts', input);
  };

  private async call(name: Name, input: unknown): Promise<void> {
    const { attempt, currentAttemptScheduledTimestampMs: at } = Context.current().info;
    this.calls.push({ name, attempt, at, input });
    await this.scripts.get(name)?.shift()?.();
  }
}

/** Fails with a code of the error table, like a real activity. */
export function failWith(type: ErrorCode, { nonRetryable = false, message = `because of ${type}` } = {}) {
  return async () => {
    const details = [{ cause: null, attempt: Context.current().info.attempt }];
    throw ApplicationFailure.create({ type, message, nonRetryable, details });
  };
}

/** Heartbeats until it is cancelled. */
export async function untilCancelled(): Promise<void> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), 50);
  try {
    await context.cancelled;
  } finally {
    clearInterval(timer);
  }
}
