import {
  CancellationScope,
  CancelledFailure,
  isCancellation,
  patched,
  proxyActivities,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { BuildArchiveInput, DownloadActivities } from '../../contract/activities.js';
import type { ArchiveUpload } from '../../contract/segments.js';
import type { ArchiveInfo, BuiltArchive } from '../../contract/snapshot.js';
import type { DownloadJob } from '../../contract/job.js';
import { BUILD_TASK_QUEUE, SEGMENT_TASK_QUEUE } from '../../contract/names.js';
import type { FailingFiles, PreparedChunk } from '../../contract/files.js';
import { durationText, sizeText } from '../../contract/quantities.js';
import { buildOptions, prepareOptions, publishOptions, REMOVE_OPTIONS } from '../activity-options.js';
import { startCallbacks } from '../callbacks/start-callbacks.js';
import { archiveInfo } from './archive-info.js';
import { chunksOf } from './chunks.js';
import { DownloadSlot } from './download-slot.js';
import {
  attemptsOf,
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
import { hasSeveralSegments, SegmentedBuild } from './segmented-build.js';
import { allOrNone, untilDone } from './until-done.js';
import { filesQuery } from '../messages.js';
import { withTimeLimit } from '../time-limit.js';
import { sum } from './sum.js';
import { buildSummary, lookUpSummary } from './summaries.js';

/** Change id of archives built from segments, and of the queue for them. */
const SEGMENTS = 'segments';

/** Limits the rebuilds of an archive that turns out to be incomplete, before the job fails. */
const MAX_REBUILDS = 1;

/**
 * Maximum age of prepared files at the start of a build. Older files may have changed, so they are prepared again.
 */
const PREPARED_MAX_AGE_MS = 5 * 60_000;

/**
 * Runs one download from request to archive. Completes with the archive, fails with a code of the error table, or
 * closes as cancelled. A failed or cancelled job leaves no objects in the object store.
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
  private readonly uploads: ArchiveUpload[] = [];
  /** Undefined when users have no limit of running jobs. */
  private readonly slot: DownloadSlot | undefined;

  constructor(private readonly job: DownloadJob) {
    this.record = new JobRecord(job);
    const onGranted = (at: number) => this.record.apply({ type: 'granted', at });
    if (job.policy.maxRunning > 0) this.slot = new DownloadSlot(job, onGranted);
    setHandler(filesQuery, (offset, limit) => {
      // `filter` skips the holes of chunks that are still being prepared.
      const chunks = this.chunks.filter(Boolean);
      return fileOutcomes({ job, chunks, error: this.record.snapshot.error }, offset, limit);
    });
  }

  async run(): Promise<ArchiveInfo> {
    const { archive, key } = await (this.slot ? this.runWithSlot(this.slot) : this.runWithoutSlot());
    this.record.apply({ type: 'completed', at: Date.now(), archive, archiveKey: key });
    await CancellationScope.nonCancellable(() =>
      Promise.all([startCallbacks(this.job, this.record.snapshot), this.slot?.release()]),
    );
    return archive;
  }

  private async runWithoutSlot() {
    this.record.apply({ type: 'started', at: Date.now() });
    return this.withTimeout(async () => {
      await this.delay();
      await this.prepare();
      return this.buildAndPublish();
    });
  }

  /**
   * Prepares the files while it requests the slot, and builds once it holds the slot. Waiting does not count against
   * the timeout.
   */
  private async runWithSlot(slot: DownloadSlot) {
    slot.request();
    await this.withTimeout(() => this.prepare());
    const preparedAt = Date.now();
    if (!slot.granted) {
      this.record.apply({ type: 'waiting' });
      await slot.untilGranted();
    }
    return this.withTimeout(async () => {
      await this.delay();
      if (Date.now() - preparedAt > PREPARED_MAX_AGE_MS) await this.prepareAgain();
      return this.buildAndPublish();
    });
  }

  private withTimeout<T>(work: () => Promise<T>): Promise<T> {
    return withTimeLimit(this.job.policy.timeoutMs, work);
  }

  /**
   * Records the ending before the cleanup, because a store outage must not delay the news that the job failed. The
   * cleanup is not cancellable, because the job itself may have been cancelled.
   */
  async end(error: unknown): Promise<never> {
    const cancelled = CancellationScope.current().consideredCancelled;
    const timedOut = !cancelled && isCancellation(error);
    const reason = timedOut ? timeoutFailure(this.job) : error;
    const ending = { at: Date.now(), reached: progressReached(error) };
    if (cancelled) this.record.apply({ type: 'cancelled', ...ending });
    else {
      const attempts = attemptsOf(error, this.job.policy);
      this.record.apply({
        type: 'failed',
        ...ending,
        attempts,
        error: jobErrorOf(reason, workflowInfo().runId),
      });
    }
    const callbacksStarted = startCallbacks(this.job, this.record.snapshot);
    await CancellationScope.nonCancellable(() => this.cleanUp());
    await callbacksStarted;
    if (cancelled) throw isCancellation(error) ? error : new CancelledFailure('Cancelled');
    const { code, message } = this.record.snapshot.error ?? jobErrorOf(reason, workflowInfo().runId);
    throw permanentFailure(code, message);
  }

  /** Sleeps for demos and drills. `Math.random` is seeded by the run, so a replay sleeps as long. */
  private async delay(): Promise<void> {
    const { delay } = this.job.policy;
    if (!delay) return;
    const ms = Math.round(delay.minMs + Math.random() * (delay.maxMs - delay.minMs));
    this.record.apply({ type: 'delaying', at: Date.now(), ms });
    await sleep(ms, { summary: `Delay on purpose, ${durationText(ms)}` });
  }

  private async prepare(): Promise<void> {
    this.record.apply({ type: 'preparing' });
    await this.lookUp((chunk, i) => {
      this.chunks[i] = chunk;
      this.record.apply({ type: 'chunkPrepared', chunk, skipped: this.skippedOf(chunk) });
    });
    this.assertDeliverable();
  }

  /** Looks the files up again. Replaces all chunks and counters in one step, so that no file counts twice. */
  private async prepareAgain(): Promise<void> {
    this.record.apply({ type: 'building', at: Date.now() });
    const chunks: PreparedChunk[] = [];
    await this.lookUp((chunk, i) => {
      chunks[i] = chunk;
    });
    this.chunks = chunks;
    const skipped = sum(chunks.map((chunk) => this.skippedOf(chunk)));
    this.record.apply({ type: 'preparedAgain', chunks, skipped });
    this.assertDeliverable();
  }

  private async lookUp(onChunk: (chunk: PreparedChunk, index: number) => void): Promise<void> {
    const { jobId, userId, files, onFileError } = this.job;
    const plan = chunksOf(files);
    await allOrNone(plan.chunks, async (part, i) => {
      const summary = lookUpSummary(part.firstIndex, part.files.length, files.length);
      const { prepareFiles } = proxyActivities<DownloadActivities>(prepareOptions(this.job.policy, summary));
      const input = { jobId, userId, inline: plan.inline, onFileError, ...part };
      onChunk(await untilDone(() => prepareFiles(input)), i);
    });
  }

  /** Returns 0 unless the job skips missing files. */
  private skippedOf({ missingCount }: PreparedChunk): number {
    return this.job.onFileError === 'skip' ? missingCount : 0;
  }

  private assertDeliverable(): void {
    const bytes = sum(this.chunks.map((chunk) => chunk.bytes));
    const missingCount = sum(this.chunks.map((chunk) => chunk.missingCount));
    const missing = this.chunks.flatMap((chunk) => chunk.missing);
    const failure = missingFilesFailure(this.job, missing, missingCount, this.failingFiles());
    if (failure) throw failure;
    if (bytes > this.job.policy.maxBytes) throw tooLargeFailure(bytes, this.job.policy.maxBytes);
  }

  /** Returns the files of all chunks that their store or server failed to deliver. */
  private failingFiles(): FailingFiles | undefined {
    const failing = this.chunks.flatMap((chunk) => chunk.failing ?? []);
    const [first] = failing;
    return first && { ...first, count: sum(failing.map(({ count }) => count)) };
  }

  private async buildAndPublish(): Promise<{ archive: ArchiveInfo; key: string }> {
    for (let rebuilds = 0; ; rebuilds++) {
      let built: BuiltArchive | undefined;
      try {
        built = await this.build();
        await this.publish(built);
        return { archive: archiveInfo(this.job, built), key: built.key };
      } catch (error) {
        if (rebuilds >= MAX_REBUILDS || !isIncompleteArchive(error)) throw error;
        // Earlier versions rebuilt only what failed verification.
        if (!built && !patched(SEGMENTS)) throw error;
      }
    }
  }

  private async build(): Promise<BuiltArchive> {
    this.record.apply({ type: 'building', at: Date.now() });
    if (!patched(SEGMENTS)) return this.buildStreamed(BUILD_TASK_QUEUE);
    const segmented = hasSeveralSegments(this.job, this.chunks)
      ? await new SegmentedBuild(this.job, this.chunks, this.record, this.uploads).run()
      : null;
    return segmented ?? this.buildStreamed(SEGMENT_TASK_QUEUE);
  }

  private async buildStreamed(taskQueue: string): Promise<BuiltArchive> {
    const { jobId, archive, onFileError, createdAt } = this.job;
    const options = buildOptions(this.job.policy, buildSummary(this.chunks), taskQueue);
    const { buildArchive } = proxyActivities<DownloadActivities>(options);
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
    const options = publishOptions(this.job.policy, `Publish the archive: ${sizeText(size)}`);
    const { publishArchive } = proxyActivities<DownloadActivities>(options);
    const published = await untilDone(() => publishArchive({ jobId: this.job.jobId, key, size }));
    this.record.apply({ type: 'published', attempt: published.attempt });
  }

  /** Releases the slot in parallel, because a store outage may delay the deletion for a day. */
  private async cleanUp(): Promise<void> {
    await Promise.all([this.slot?.release(), this.removeArtifacts()]);
  }

  private async removeArtifacts(): Promise<void> {
    const { removeArtifacts } = proxyActivities<DownloadActivities>(REMOVE_OPTIONS);
    await untilDone(() => removeArtifacts({ jobId: this.job.jobId, uploads: this.uploads }));
  }
}
