import { randomUUID } from 'node:crypto';
import type { Jobs, JobView } from '../../src/jobs/jobs.js';
import { jobNotFound, LonghaulError } from '../../src/contract/errors.js';
import { queuedSnapshot } from '../../src/contract/queued-snapshot.js';
import type { DownloadJob } from '../../src/contract/job.js';
import type { JobSnapshot } from '../../src/contract/snapshot.js';
import { aJob } from './jobs.js';

/** In-memory jobs whose state the test sets. */
export class FakeJobs implements Pick<Jobs, 'view'> {
  private readonly snapshots = new Map<string, JobSnapshot>();
  reads = 0;
  /** Temporal does not answer. */
  down = false;
  /** No worker answers. */
  stale = false;
  /** Every read awaits this promise. */
  gate: Promise<void> | undefined;

  /** Adds a job that is building. */
  add(userId = 'anonymous', changes: Partial<JobSnapshot> = {}): string {
    const jobId = randomUUID();
    this.adopt(aJob({ jobId, userId }));
    this.change(jobId, changes);
    return jobId;
  }

  /** Adds the job as requested, in the building phase. */
  adopt(job: DownloadJob): void {
    this.snapshots.set(job.jobId, { ...queuedSnapshot(job), ...BUILDING });
  }

  has(jobId: string): boolean {
    return this.snapshots.has(jobId);
  }

  change(jobId: string, changes: Partial<JobSnapshot>): void {
    this.snapshots.set(jobId, { ...this.snapshots.get(jobId)!, ...changes });
  }

  complete(jobId: string): void {
    this.change(jobId, COMPLETED);
  }

  remove(jobId: string): void {
    this.snapshots.delete(jobId);
  }

  view = async (jobId: string): Promise<JobView> => {
    this.reads++;
    await this.gate;
    if (this.down) throw new LonghaulError('TEMPORAL_UNAVAILABLE', 'The job service is not responding.');
    const snapshot = this.snapshots.get(jobId);
    if (!snapshot) throw jobNotFound();
    return { jobId, runId: jobId, snapshot, live: null, stale: this.stale };
  };
}

const BUILDING: Partial<JobSnapshot> = {
  status: 'running',
  phase: 'building',
  message: 'Fetching 2 files',
  preparedFiles: 2,
  bytesTotal: 1_000,
  startedAt: new Date().toISOString(),
};

export const COMPLETED: Partial<JobSnapshot> = {
  status: 'completed',
  phase: 'ended',
  message: 'Ready: 2 files',
  completedAt: new Date().toISOString(),
  archiveKey: 'archives/photos.zip',
  archive: {
    name: 'photos.zip',
    size: 1_100,
    contentType: 'application/zip',
    checksum: 'sha256:0',
    files: 2,
    skipped: 0,
  },
};
