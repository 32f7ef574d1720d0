import { proxyActivities } from '@temporalio/workflow';
import type { PreparedChunk } from '../../contract/files.js';
import type { DownloadJob } from '../../contract/job.js';
import { SEGMENT_TASK_QUEUE } from '../../contract/names.js';
import type {
  ArchiveUpload,
  BuildSegmentInput,
  BuiltSegment,
  FinishArchiveInput,
  PlannedSegment,
  SegmentActivities,
  SegmentedPlan,
  SegmentProgress,
} from '../../contract/segments.js';
import type { BuiltArchive } from '../../contract/snapshot.js';
import { buildOptions } from '../activity-options.js';
import { progressReached } from './endings.js';
import type { JobRecord } from './job-record.js';
import { finishSummary, planSummary, segmentSummary } from './summaries.js';
import { allOrNone, untilDone } from './until-done.js';

/** The size of a segment: a job with no more than this is built in one activity. */
const SEGMENT_BYTES = 256 * 1024 * 1024;
const SEGMENT_FILES = 4_096;

/** Segments to build at once when the plan does not say it. */
const PARALLELISM = 4;

/** Returns true when an archive of these files would have several segments. */
export function hasSeveralSegments(job: DownloadJob, chunks: readonly PreparedChunk[]): boolean {
  if (job.archive.format !== 'zip') return false;
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
  const files = chunks.reduce((sum, chunk) => sum + chunk.count - chunk.missingCount, 0);
  return bytes > SEGMENT_BYTES || files > SEGMENT_FILES;
}

/** One build of an archive from segments. */
export class SegmentedBuild {
  /** First slices of files that lost one. */
  private readonly lost = new Set<number>();

  constructor(
    private readonly job: DownloadJob,
    private readonly chunks: PreparedChunk[],
    private readonly record: JobRecord,
    /** Receives each upload that begins. */
    private readonly uploads: ArchiveUpload[],
  ) {}

  /** @returns null when the archive must be built in one stream. */
  async run(): Promise<BuiltArchive | null> {
    const { jobId, archive, createdAt } = this.job;
    const { planArchive } = this.activities(planSummary(this.chunks));
    const plan = await untilDone(() => planArchive({ jobId, archive, createdAt, chunks: this.chunks }));
    if (plan.kind === 'streamed') return null;
    this.uploads.push(plan.upload);
    this.record.apply({ type: 'planned' });
    return this.finish(plan, await this.buildAll(plan));
  }

  private async buildAll(plan: SegmentedPlan): Promise<BuiltSegment[]> {
    const built: BuiltSegment[] = [];
    const left = plan.segments.values();
    const builders = Array.from({ length: Math.min(plan.parallelism ?? PARALLELISM, plan.segments.length) });
    await allOrNone(builders, async () => {
      for (const segment of left) {
        try {
          built[segment.index] = await this.build(plan, segment);
        } catch (error) {
          this.keepProgress(segment, error);
          throw error;
        }
      }
    });
    return built;
  }

  /** Keeps it outside the memo, because an update of that is a command. The ending of the job follows. */
  private keepProgress({ index }: PlannedSegment, error: unknown): void {
    const progress = progressReached(error);
    if (progress) this.record.apply({ type: 'segmentEnded', index, progress });
  }

  private async build(plan: SegmentedPlan, segment: PlannedSegment): Promise<BuiltSegment> {
    const { jobId, onFileError, files } = this.job;
    const { upload, planKey, partSize } = plan;
    const { index, bytes, entries, slice } = segment;
    const input: BuildSegmentInput = {
      jobId,
      plan: { upload, planKey, partSize },
      segment,
      onFileError,
      totalFiles: files.length,
      earlierAttempts: 0,
      handedOver: null,
      // The activity runs nevertheless, because other commands would break jobs from before an upgrade.
      ...(slice && this.lost.has(index - slice.index) && { isLeftOut: true }),
    };
    const { buildSegment } = this.activities(segmentSummary(plan.segments, index));
    const built = await untilDone(
      () => buildSegment(input),
      (progress) => {
        // A new activity begins again at attempt 1, but attempts must take turns at the part numbers.
        input.earlierAttempts = (progress as SegmentProgress | null)?.tries ?? input.earlierAttempts + 1;
        input.handedOver = progress;
        if (progress) this.record.apply({ type: 'segmentHandedOver', index, progress });
      },
    );
    if (slice && built.lost > 0) this.lost.add(index - slice.index);
    // A file counts with its last slice.
    const done = !slice ? entries : Number(slice.index === slice.of - 1);
    this.record.apply({ type: 'segmentBuilt', index, bytes, files: done, attempt: built.attempt });
    return built;
  }

  private async finish(
    { upload, planKey, partSize, tail }: SegmentedPlan,
    segments: BuiltSegment[],
  ): Promise<BuiltArchive> {
    const { jobId, createdAt } = this.job;
    const input: FinishArchiveInput = {
      jobId,
      plan: { upload, planKey, partSize, tail },
      segments,
      createdAt,
      chunks: this.chunks,
      isRepeated: false,
    };
    const { finishArchive } = this.activities(finishSummary(segments));
    return untilDone(
      () => finishArchive(input),
      () => {
        input.isRepeated = true;
      },
    );
  }

  private activities(summary: string) {
    return proxyActivities<SegmentActivities>(buildOptions(this.job.policy, summary, SEGMENT_TASK_QUEUE));
  }
}
