import type { Client } from '@temporalio/client';
import type { FileOutcome } from '../../contract/files.js';
import type { DownloadJob } from '../../contract/job.js';
import { FILES_QUERY, workflowIdFor } from '../../contract/names.js';
import { isFinal } from '../../contract/snapshot.js';
import type { Admission } from '../../jobs/admission.js';
import type { ArchivePresence } from '../../jobs/archive-presence.js';
import type { Accepted, Jobs, JobView } from '../../jobs/jobs.js';
import type { StatusReads } from '../../jobs/status/status-reads.js';
import type { UserQueues } from '../../jobs/user-queues.js';
import type { Logger } from '../../telemetry/logger.js';
import type { BuildQueueLimit } from '../build-queue-limit.js';
import { callTemporal, ignoreNotFound } from '../call.js';
import { JobReader } from './read-job.js';
import { JobStarter } from './start-job.js';

const CALL_DEADLINE_MS = 3_000;
/** The wait for a cancelled job to end, before the answer says that it is being cancelled. */
const CANCEL_WAIT_MS = 3_000;

export interface TemporalJobsOptions {
  client: Client;
  logger: Logger;
  queues: UserQueues;
  admission: Admission;
  archives: ArchivePresence;
  buildQueue: BuildQueueLimit;
  /** Jobs of one user wait for each other. */
  isCapped: boolean;
  statusReads?: StatusReads;
}

/** Jobs as Temporal workflows: the workflow is the only record of a job. Every view is a fresh read. */
export class TemporalJobs implements Jobs {
  private readonly client: Client;
  private readonly starter: JobStarter;
  private readonly reader: JobReader;

  constructor(options: TemporalJobsOptions) {
    const { client, logger, queues, admission, archives, buildQueue, isCapped, statusReads } = options;
    this.client = client;
    this.starter = new JobStarter(client, admission, archives, buildQueue);
    this.reader = new JobReader(client, queues, isCapped, logger, statusReads);
  }

  start(job: DownloadJob, deadline: number): Promise<Accepted> {
    return this.starter.start(job, deadline);
  }

  view(jobId: string): Promise<JobView> {
    return this.reader.read(jobId);
  }

  async cancel(jobId: string): Promise<JobView> {
    const before = await this.view(jobId);
    if (isFinal(before.snapshot.status)) return before;
    const handle = this.client.workflow.getHandle(workflowIdFor(jobId));
    await this.call(CALL_DEADLINE_MS, () => handle.cancel()).catch(ignoreNotFound);
    // The view below says how the job ended, or that it has not ended yet.
    await this.call(CANCEL_WAIT_MS, () => handle.result()).catch(() => undefined);
    return this.view(jobId);
  }

  files(jobId: string, offset: number, limit: number): Promise<FileOutcome[]> {
    const handle = this.client.workflow.getHandle(workflowIdFor(jobId));
    return this.call(CALL_DEADLINE_MS, () =>
      handle.query<FileOutcome[], [number, number]>(FILES_QUERY, offset, limit),
    );
  }

  private call<T>(deadlineMs: number, run: () => Promise<T>): Promise<T> {
    return callTemporal(this.client, deadlineMs, run);
  }
}
