import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import pMap from 'p-map';
import { errorCodeOf } from '../../contract/errors.js';
import { jobIdFor, workflowIdFor } from '../../contract/names.js';
import type { JobStatus } from '../../contract/snapshot.js';
import { snapshotOf } from './job-snapshot.js';
import { statusOf } from '../../jobs/status/download-status.js';
import type { JobView } from '../../jobs/jobs.js';
import { compareJobs } from '../../jobs/cursors.js';
import { type Lanes, queuePositions } from '../../jobs/user-queues.js';
import type { JobCursor, JobList, JobListQuery, JobPage } from '../../jobs/job-list.js';
import { FEW, type IndexedRun, newestFirst } from './newest-first.js';
import { RecentJobs } from './recent-jobs.js';
import { callTemporal } from '../call.js';
import { liveProgress } from './pending-activities.js';
import { jobsOf, runsOf, startedWithin } from './visibility-query.js';

const LIST_DEADLINE_MS = 10_000;
const DESCRIBE_DEADLINE_MS = 3_000;
const DESCRIBES_AT_ONCE = 16;

/** Runs in one answer of Temporal: it shows at once whether a list is short. */
const PAGE_SIZE = FEW + 1;
/** From here on a page is sent as it is, with fewer jobs: the next one goes on where the search was left. */
const MAX_READ = 5_000;

/** Of which a job may have older ones. */
const MAY_BEGIN_ANEW: ReadonlySet<JobStatus> = new Set(['failed', 'cancelled', 'expired']);

/** One run of a job, as the index or Temporal itself told of it. */
interface Run extends IndexedRun {
  closed: boolean;
  view: JobView;
}

/**
 * A user's jobs from Temporal's index, which is a moment late: what happened through this API server lately is asked of
 * Temporal itself, job by job. All others are as at their last change of phase.
 */
export class TemporalJobList implements JobList {
  private readonly recent: RecentJobs;

  constructor(
    private readonly client: Client,
    private readonly lanes: Lanes,
    private readonly now: () => number = Date.now,
  ) {
    this.recent = new RecentJobs(now);
  }

  markChanged(userId: string, jobId: string): void {
    this.recent.markChanged(userId, jobId);
  }

  list(userId: string, query: JobListQuery): Promise<JobPage> {
    return callTemporal(this.client, LIST_DEADLINE_MS, () => this.page(userId, query));
  }

  private async page(userId: string, { status, after, limit }: JobListQuery): Promise<JobPage> {
    const isWanted = ({ view }: Run) => !status || statusOf(view.snapshot, this.now()) === status;
    const recent = await this.recentRuns(userId);
    const { runs, reached } = await this.indexed(userId, status, after, limit, recent, isWanted);
    const unseen = [...recent.values()].filter((run) => isWanted(run) && isBetween(run, after, reached));
    const jobs = [...runs, ...unseen].toSorted(compareJobs);
    const next = jobs.length > limit ? jobs[limit - 1]! : reached;
    return {
      jobs: await this.placed(
        userId,
        jobs.slice(0, limit).map(({ view }) => view),
      ),
      next: next && { startedAt: next.startedAt, jobId: next.jobId },
    };
  }

  private async placed(userId: string, views: JobView[]): Promise<JobView[]> {
    const waiting = views.filter(({ snapshot }) => snapshot.phase === 'waiting').map(({ jobId }) => jobId);
    if (waiting.length === 0) return views;
    const places = await queuePositions(this.lanes, userId, waiting);
    return views.map((view) => ({ ...view, queuePosition: places?.get(view.jobId) ?? null }));
  }

  /** More than `limit` runs, if there are, and how far they reach; null to the end. */
  private async indexed(
    userId: string,
    status: JobStatus | null,
    after: JobCursor | null,
    limit: number,
    recent: ReadonlyMap<string, Run>,
    isWanted: (run: Run) => boolean,
  ): Promise<{ runs: Run[]; reached: JobCursor | null }> {
    const index = (from: number | null, to: number | null) => this.runs(userId, status, from, to);
    const runs: Run[] = [];
    let allRead = 0;
    for await (const { runs: batch, reached, read } of newestFirst(index, after, this.now())) {
      this.forgetSettled(batch, recent);
      const others = batch.filter(({ jobId }) => !recent.has(jobId));
      runs.push(...(await this.latestOf(others)).filter(isWanted));
      allRead += read;
      if (runs.length > limit || allRead > MAX_READ) return { runs, reached };
    }
    return { runs, reached: null };
  }

  private async *runs(
    userId: string,
    status: JobStatus | null,
    from: number | null,
    to: number | null,
  ): AsyncGenerator<Run> {
    const span = startedWithin(from, to);
    const query = span ? `${jobsOf(userId, status)} AND ${span}` : jobsOf(userId, status);
    for await (const info of this.client.workflow.list({ query, pageSize: PAGE_SIZE })) {
      const run = runOf(info, userId);
      if (run) yield run;
    }
  }

  /** The latest run of each job alone: a failed one may have been begun anew, and that run be anywhere in the index. */
  private async latestOf(runs: readonly Run[]): Promise<Run[]> {
    const latest = new Map<string, JobCursor>();
    const note = (jobId: string, startedAt: number) => {
      if ((latest.get(jobId)?.startedAt ?? -1) < startedAt) latest.set(jobId, { jobId, startedAt });
    };
    for (const { jobId, startedAt } of runs) note(jobId, startedAt);
    const doubtful = runs.filter(({ view }) => MAY_BEGIN_ANEW.has(statusOf(view.snapshot, this.now())));
    if (doubtful.length > 0) {
      const query = runsOf([...new Set(doubtful.map(({ jobId }) => jobId))]);
      for await (const { workflowId, startTime } of this.client.workflow.list({
        query,
        pageSize: PAGE_SIZE,
      })) {
        note(jobIdFor(workflowId), startTime.getTime());
      }
    }
    return runs.filter(({ jobId, startedAt }) => latest.get(jobId)?.startedAt === startedAt);
  }

  private async recentRuns(userId: string): Promise<Map<string, Run>> {
    const runs = await pMap(this.recent.of(userId), (jobId) => this.describe(userId, jobId), {
      concurrency: DESCRIBES_AT_ONCE,
    });
    return new Map(runs.flatMap((run) => (run ? [[run.jobId, run]] : [])));
  }

  private async describe(userId: string, jobId: string): Promise<Run | undefined> {
    try {
      const handle = this.client.workflow.getHandle(workflowIdFor(jobId));
      const description = await callTemporal(this.client, DESCRIBE_DEADLINE_MS, () => handle.describe());
      const run = runOf(description, userId);
      return run && { ...run, view: { ...run.view, live: run.closed ? null : liveProgress(description) } };
    } catch (error) {
      if (errorCodeOf(error) !== 'JOB_NOT_FOUND') throw error;
      return undefined;
    }
  }

  private forgetSettled(batch: readonly Run[], recent: ReadonlyMap<string, Run>): void {
    for (const { jobId, runId, closed } of batch) {
      if (recent.get(jobId)?.runId === runId) this.recent.indexed(jobId, closed);
    }
  }
}

/** @returns undefined for what is none of the user's jobs: some databases compare texts without regard to case. */
function runOf(info: Omit<WorkflowExecutionInfo, 'raw'>, userId: string): Run | undefined {
  const snapshot = snapshotOf(info);
  if (snapshot?.userId !== userId) return undefined;
  const jobId = jobIdFor(info.workflowId);
  const { runId } = info;
  return {
    jobId,
    runId,
    startedAt: info.startTime.getTime(),
    closed: info.status.name !== 'RUNNING',
    view: { jobId, runId, snapshot, live: null, stale: false },
  };
}

function isBetween(run: Run, after: JobCursor | null, reached: JobCursor | null): boolean {
  return (!after || compareJobs(after, run) < 0) && (!reached || compareJobs(run, reached) <= 0);
}
