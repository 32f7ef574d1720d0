import {
  CancellationScope,
  CancelledFailure,
  isCancellation,
  proxyActivities,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { BuildArchiveInput, DownloadActivities } from '../contract/activities.js';
import type { ArchiveInfo, BuiltArchive, DownloadJob, PreparedChunk } from '../contract/types.js';
import { buildOptions, prepareOptions, publishOptions, REMOVE_OPTIONS } from './activity-options.js';
import { archiveInfo } from './archive-info.js';
import { chunksOf } from './chunks.js';
import {
  handOverOf,
  isIncompleteArchive,
  jobErrorOf,
  missingFilesFailure,
  permanentFailure,
  progressReached,
  timeoutFailure,
  tooLargeFailure,
} from './endings.js';
import { fileOutcomes } from './file-outcomes.js';
import { JobRecord } from './job-record.js';
import { filesQuery } from './messages.js';

/** How often an archive that was stored wrongly is built anew before the job fails. */
const MAX_REBUILDS = 1;

/**
 * One download from request to archive. Closes as completed with the archive, as failed with a code of the error
 * table, or as cancelled; in the latter two nothing of it remains in the object store.
 */
export async function downloadWorkflow(job: DownloadJob): Promise<ArchiveInfo> {
  const download = new Download(job);
  try {
    return await download.run();
  } catch (error) {
    return await download.end(error);
  }
}

class Download {
  private readonly record: JobRecord;
  private readonly chunks: PreparedChunk[] = [];

  constructor(private readonly job: DownloadJob) {
    this.record = new JobRecord(job);
    // `filter` passes over the holes of chunks that are still being prepared.
    setHandler(filesQuery, (offset, limit) => fileOutcomes(job, this.chunks.filter(Boolean), offset, limit));
  }

  async run(): Promise<ArchiveInfo> {
    this.record.apply({ type: 'started', at: Date.now() });
    const { archive, key } = await CancellationScope.withTimeout(this.job.policy.timeoutMs, async () => {
      await this.delay();
      await this.prepare();
      return this.buildAndPublish();
    });
    this.record.apply({ type: 'completed', at: Date.now(), archive, archiveKey: key });
    return archive;
  }

  /**
   * Tells how the job ended before cleaning up after it: a store that is down must not keep a user from learning
   * that the job has failed. Cleaning up is beyond the reach of cancellation, which may be why we are here.
   */
  async end(error: unknown): Promise<never> {
    const cancelled = CancellationScope.current().consideredCancelled;
    const timedOut = !cancelled && isCancellation(error);
    const reason = timedOut ? timeoutFailure(this.job) : error;
    const ending = { at: Date.now(), reached: progressReached(error) };
    if (cancelled) this.record.apply({ type: 'cancelled', ...ending });
    else this.record.apply({ type: 'failed', ...ending, error: jobErrorOf(reason, workflowInfo().runId) });
    await CancellationScope.nonCancellable(() => this.removeArtifacts());
    if (cancelled) throw isCancellation(error) ? error : new CancelledFailure('Cancelled');
    const { code, message } = this.record.snapshot.error ?? jobErrorOf(reason, workflowInfo().runId);
    throw permanentFailure(code, message);
  }

  /** A durable pause for demos and drills. `Math.random` is seeded by the run: a replay draws the same length. */
  private async delay(): Promise<void> {
    const { delay } = this.job.policy;
    if (!delay) return;
    const ms = Math.round(delay.minMs + Math.random() * (delay.maxMs - delay.minMs));
    this.record.apply({ type: 'delaying', ms });
    await sleep(ms);
  }

  private async prepare(): Promise<void> {
    this.record.apply({ type: 'preparing' });
    const { jobId, userId, files, onFileError } = this.job;
    const { prepareFiles } = proxyActivities<DownloadActivities>(prepareOptions(this.job.policy));
    const plan = chunksOf(files);
    await allOrNone(plan.chunks, async (part, i) => {
      const input = { jobId, userId, inline: plan.inline, ...part };
      const chunk = await untilDone(() => prepareFiles(input));
      this.chunks[i] = chunk;
      // Where a missing file fails the job, none is skipped.
      const skipped = onFileError === 'skip' ? chunk.missingCount : 0;
      this.record.apply({ type: 'chunkPrepared', chunk, skipped });
    });
    this.assertDeliverable();
  }

  private assertDeliverable(): void {
    const bytes = sum(this.chunks.map((chunk) => chunk.bytes));
    const missingCount = sum(this.chunks.map((chunk) => chunk.missingCount));
    const missing = this.chunks.flatMap((chunk) => chunk.missing);
    const failure = missingFilesFailure(this.job, missing, missingCount);
    if (failure) throw failure;
    if (bytes > this.job.policy.maxBytes) throw tooLargeFailure(bytes, this.job.policy.maxBytes);
  }

  private async buildAndPublish(): Promise<{ archive: ArchiveInfo; key: string }> {
    for (let rebuilds = 0; ; rebuilds++) {
      const built = await this.build();
      try {
        await this.publish(built);
        return { archive: archiveInfo(this.job, built), key: built.key };
      } catch (error) {
        if (rebuilds >= MAX_REBUILDS || !isIncompleteArchive(error)) throw error;
      }
    }
  }

  private async build(): Promise<BuiltArchive> {
    this.record.apply({ type: 'building' });
    const { jobId, archive, onFileError, createdAt } = this.job;
    const { buildArchive } = proxyActivities<DownloadActivities>(buildOptions(this.job.policy));
    const input: BuildArchiveInput = {
      jobId,
      archive,
      onFileError,
      createdAt,
      chunks: this.chunks,
      handedOver: null,
    };
    return untilDone(
      () => buildArchive(input),
      (progress) => {
        input.handedOver = progress;
        if (progress) this.record.apply({ type: 'handedOver', progress });
      },
    );
  }

  private async publish(built: BuiltArchive): Promise<void> {
    const { bytes, files, skipped, attempt, key, size } = built;
    this.record.apply({ type: 'publishing', bytes, files, skipped, attempt });
    const { publishArchive } = proxyActivities<DownloadActivities>(publishOptions(this.job.policy));
    await untilDone(() => publishArchive({ jobId: this.job.jobId, key, size }));
  }

  private async removeArtifacts(): Promise<void> {
    const { removeArtifacts } = proxyActivities<DownloadActivities>(REMOVE_OPTIONS);
    await untilDone(() => removeArtifacts({ jobId: this.job.jobId }));
  }
}

/**
 * Runs an activity until a worker finishes it. A worker that shuts down hands it over by a failure of its own, which
 * uses up no attempt: any number of deploys in a row cannot fail a job.
 */
async function untilDone<T>(
  activity: () => Promise<T>,
  onHandOver: (progress: BuildArchiveInput['handedOver']) => void = () => {},
): Promise<T> {
  for (;;) {
    try {
      return await activity();
    } catch (error) {
      const handOver = handOverOf(error);
      if (!handOver) throw error;
      onHandOver(handOver.progress);
    }
  }
}

/**
 * Runs `work` for all parts at once. When one fails the others are cancelled and waited for, so that none of them
 * writes anything after the clean-up.
 */
async function allOrNone<T>(
  parts: readonly T[],
  work: (part: T, index: number) => Promise<void>,
): Promise<void> {
  const scope = new CancellationScope();
  await scope.run(async () => {
    const running = parts.map(work);
    try {
      await Promise.all(running);
    } catch (error) {
      scope.cancel();
      await Promise.allSettled(running);
      throw error;
    }
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}
