import { ApplicationFailure } from '@temporalio/activity';
import {
  NOTHING_SWEPT,
  type SweepInput,
  type SweepProgress,
  type SweepSummary,
} from '../../contract/sweep.js';
import { ARTIFACTS_PREFIX, jobOf, PROBE_PREFIX, SUMS_PREFIX } from '../../storage/keys.js';
import type { ListedObject, ObjectStore } from '../../storage/object-store.js';
import { ForeignStore, type StoreMarker } from '../../storage/store-marker.js';
import type { Logger } from '../../telemetry/logger.js';
import type { ActivityContext } from '../as-activity.js';
import type { JobLookup } from './job-lookup.js';
import { byJob, type JobObjects } from './job-objects.js';
import { expiredObjects, isForgotten, isStaleProbe, isStaleUpload } from './sweep-rules.js';

/** Objects of one deletion, of which one list is held in memory. */
const DELETE_BATCH = 1_000;

export interface SweepDependencies {
  store: ObjectStore;
  marker: Pick<StoreMarker, 'claim'>;
  jobs: JobLookup;
  /** `DOWNLOAD_JOB_TTL_MS`, for jobs whose own TTL is unknown. */
  ttlMs: number;
  /** Milliseconds since the epoch. */
  now: () => number;
  logger: Logger;
}

/** @see SweepActivities.sweepArtifacts */
export async function sweepArtifacts(
  deps: SweepDependencies,
  input: SweepInput,
  context: ActivityContext,
): Promise<SweepSummary> {
  await deps.marker.claim(context.signal).catch((error: unknown) => {
    throw error instanceof ForeignStore ? ApplicationFailure.nonRetryable(error.message, error.name) : error;
  });
  const earlier = (context.lastHeartbeat as SweepProgress | undefined) ?? input.handedOver;
  const sweep = new Sweep(deps, earlier ?? { partition: '', summary: NOTHING_SWEPT }, context.signal);
  context.reportProgress(() => sweep.progress);
  const summary = await sweep.run();
  context.logger.info(summary, 'sweep finished');
  return summary;
}

class Sweep {
  constructor(
    private readonly deps: SweepDependencies,
    /** Replaced as a whole, so that every heartbeat is consistent. */
    public progress: SweepProgress,
    private readonly signal: AbortSignal,
  ) {}

  async run(): Promise<SweepSummary> {
    const { partition } = this.progress;
    if (partition !== null) await this.sweepObjects(partition);
    await this.sweepRemembered(SUMS_PREFIX);
    await this.sweepRemembered(PROBE_PREFIX);
    await this.sweepUploads();
    return this.progress.summary;
  }

  /** @param after Last finished partition; every store lists partitions in order. */
  private async sweepObjects(after: string): Promise<void> {
    for await (const job of byJob(this.deps.store.list(ARTIFACTS_PREFIX, { signal: this.signal }))) {
      if (job.partition > after) await this.sweepJob(job);
    }
    this.advance(null, {});
  }

  /**
   * Looks up the job after listing its objects. If the job restarts afterwards, it writes to new folders, so only listed
   * objects are deleted.
   */
  private async sweepJob({ jobId, partition, objects }: JobObjects): Promise<void> {
    const { jobs, now, ttlMs } = this.deps;
    const state = await jobs.lookUp(jobId, this.signal);
    const expired = expiredObjects(state, objects, now(), ttlMs);
    const isEmpty = expired.length === objects.length;
    const deleted = await this.delete(expired);
    this.advance(partition, { jobsSeen: 1, [isEmpty ? 'jobsDeleted' : 'jobsKept']: 1, ...deleted });
  }

  /** Deletes old objects that no job owns. A repeated attempt finds only what is left. */
  private async sweepRemembered(prefix: string): Promise<void> {
    const { store, now } = this.deps;
    let old: ListedObject[] = [];
    for await (const object of store.list(prefix, { signal: this.signal })) {
      if (isForgotten(object, now())) old.push(object);
      if (old.length < DELETE_BATCH) continue;
      this.advance(null, await this.delete(old));
      old = [];
    }
    this.advance(null, await this.delete(old));
  }

  private async delete(objects: readonly ListedObject[]): Promise<Partial<SweepSummary>> {
    const keys = objects.map(({ key }) => key);
    if (keys.length > 0) await this.deps.store.delete(keys, this.signal);
    const bytesDeleted = objects.reduce((total, { size }) => total + size, 0);
    return { objectsDeleted: objects.length, bytesDeleted };
  }

  private async sweepUploads(): Promise<void> {
    const { store, jobs, now } = this.deps;
    // A previous attempt may have counted some of them.
    this.advance(null, { uploadsKept: -this.progress.summary.uploadsKept });
    for await (const upload of store.listUploads(ARTIFACTS_PREFIX, this.signal)) {
      const job = jobOf(upload.key);
      if (!job && !isStaleProbe(upload, now())) continue;
      const stale = !job || isStaleUpload(await jobs.lookUp(job.jobId, this.signal), upload, now());
      // Aborts by the full key, which belongs to one attempt: a new attempt uses another key.
      const uploadsAborted = stale ? await store.abortUploads(upload.key, this.signal) : 0;
      this.advance(null, stale ? { uploadsAborted } : { uploadsKept: 1 });
    }
  }

  private advance(partition: string | null, counts: Partial<SweepSummary>): void {
    const summary = { ...this.progress.summary };
    for (const [name, count] of Object.entries(counts)) summary[name as keyof SweepSummary] += count;
    this.progress = { partition, summary };
  }
}
