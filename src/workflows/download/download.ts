import {
  CancellationScope,
  CancelledFailure,
  isCancellation,
  proxyActivities,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { BuildArchiveInput, DownloadActivities } from '../../contract/activities.js';
import type { ArchiveInfo, BuiltArchive } from '../../contract/snapshot.js';
import type { DownloadJob } from '../../contract/job.js';
import type { PreparedChunk } from '../../contract/files.js';
import { buildOptions, prepareOptions, publishOptions, REMOVE_OPTIONS } from '../activity-options.js';
import { startCallbacks } from '../callbacks/start-callbacks.js';
import { archiveInfo } from './archive-info.js';
import { chunksOf } from './chunks.js';
import { DownloadSlot } from './download-slot.js';
import {
  attemptsOf,
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
import { filesQuery } from '../messages.js';

/** How often an archive that was stored wrongly is built anew before the job fails. */
const MAX_REBUILDS = 1;

/** Files looked up longer ago than this are looked up again once the job may build: by now they may have changed. */
const FRESH_MS = 5 * 60_000;

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
  private chunks: PreparedChunk[] = [];
  /** Undefined where users have no cap, as in jobs from before there was one. */
  private readonly slot: DownloadSlot | undefined;

  constructor(private readonly job: DownloadJob) {
    this.record = new JobRecord(job);
    const onGranted = (at: number) => this.record.apply({ type: 'granted', at });
    if (job.policy.maxRunning) this.slot = new DownloadSlot(job, onGranted);
    // `filter` passes over the holes of chunks that are still being prepared.
    setHandler(filesQuery, (offset, limit) => fileOutcomes(job, this.chunks.filter(Boolean), offset, limit));
  }

  async run(): Promise<ArchiveInfo> {
    const { archive, key } = await (this.slot ? this.runWithin(this.slot) : this.runAtOnce());
    this.record.apply({ type: 'completed', at: Date.now(), archive, archiveKey: key });
    await CancellationScope.nonCancellable(() =>
      Promise.all([startCallbacks(this.job, this.record.snapshot), this.slot?.release()]),
    );
    return archive;
  }

  private async runAtOnce() {
    this.record.apply({ type: 'started', at: Date.now() });
    return this.inTime(async () => {
      await this.delay();
      await this.prepare();
      return this.buildAndPublish();
    });
  }

  /** Prepares beside asking for the slot; builds when it has it. The time it waits is not the job's own. */
  private async runWithin(slot: DownloadSlot) {
    slot.ask();
    await this.inTime(() => this.prepare());
    const preparedAt = Date.now();
    if (!slot.granted) {
      this.record.apply({ type: 'waiting' });
      await slot.untilGranted();
    }
    return this.inTime(async () => {
      await this.delay();
      if (Date.now() - preparedAt > FRESH_MS) await this.prepareAnew();
      return this.buildAndPublish();
    });
  }

  private inTime<T>(work: () => Promise<T>): Promise<T> {
    return CancellationScope.withTimeout(this.job.policy.timeoutMs, work);
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
    else {
      const attempts = attemptsOf(error, this.job.policy);
      const told = jobErrorOf(reason, workflowInfo().runId);
      this.record.apply({ type: 'failed', ...ending, attempts, error: told });
    }
    const announced = startCallbacks(this.job, this.record.snapshot);
    await CancellationScope.nonCancellable(() => this.leaveNothing());
    await announced;
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
    await this.lookUp((chunk, i) => {
      this.chunks[i] = chunk;
      this.record.apply({ type: 'chunkPrepared', chunk, skipped: this.skippedOf(chunk) });
    });
    this.assertDeliverable();
  }

  /** Finds the files as they are now. What was counted before is replaced at once, so that nothing counts twice. */
  private async prepareAnew(): Promise<void> {
    this.record.apply({ type: 'building' });
    const chunks: PreparedChunk[] = [];
    await this.lookUp((chunk, i) => {
      chunks[i] = chunk;
    });
    this.chunks = chunks;
    const skipped = sum(chunks.map((chunk) => this.skippedOf(chunk)));
    this.record.apply({ type: 'preparedAnew', chunks, skipped });
    this.assertDeliverable();
  }

  private async lookUp(onChunk: (chunk: PreparedChunk, index: number) => void): Promise<void> {
    const { jobId, userId, files, onFileError } = this.job;
    const { prepareFiles } = proxyActivities<DownloadActivities>(prepareOptions(this.job.policy));
    const plan = chunksOf(files);
    await allOrNone(plan.chunks, async (part, i) => {
      const input = { jobId, userId, inline: plan.inline, onFileError, ...part };
      onChunk(await untilDone(() => prepareFiles(input)), i);
    });
  }

  /** Where a missing file fails the job, none is skipped. */
  private skippedOf({ missingCount }: PreparedChunk): number {
    return this.job.onFileError === 'skip' ? missingCount : 0;
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
    const published = await untilDone(() => publishArchive({ jobId: this.job.jobId, key, size }));
    // Workers of before told nothing.
    this.record.apply({
      type: 'published',
      attempt: (published as typeof published | undefined)?.attempt ?? 1,
    });
  }

  /** The slot does not wait for the store, which may be why the job failed. */
  private async leaveNothing(): Promise<void> {
    await Promise.all([this.slot?.release(), this.removeArtifacts()]);
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
