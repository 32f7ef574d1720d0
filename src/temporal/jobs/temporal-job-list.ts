import type { Client } from '@temporalio/client';
import { jobIdFor } from '../../contract/names.js';
import { isFinal } from '../../contract/snapshot.js';
import type { JobListQuery, JobList, JobPage } from '../../jobs/job-list.js';
import type { JobView } from '../../jobs/jobs.js';
import { statusOf } from '../../jobs/status/download-status.js';
import { queuePositions, type UserQueues } from '../../jobs/user-queues.js';
import { callTemporal } from '../call.js';
import { currentSnapshot } from './job-snapshot.js';
import { jobsOf, runsOf } from './visibility-query.js';
import { type IndexedRun, visibilityPage } from './visibility-page.js';

const DEADLINE_MS = 5_000;

/** The jobs of a user from Temporal's visibility index, in the order of the index. */
export class TemporalJobList implements JobList {
  constructor(
    private readonly client: Client,
    private readonly queues: UserQueues,
    private readonly now: () => number = Date.now,
  ) {}

  list(userId: string, query: JobListQuery): Promise<JobPage> {
    return callTemporal(this.client, DEADLINE_MS, () => this.page(userId, query));
  }

  private async page(userId: string, { statuses, cursor, limit }: JobListQuery): Promise<JobPage> {
    const { runs, nextCursor } = await visibilityPage(this.client, jobsOf(userId, statuses), cursor, limit);
    const views = runs.flatMap((run) => viewOf(run, userId));
    const wanted = views.filter(
      ({ snapshot }) => !statuses || statuses.includes(statusOf(snapshot, this.now())),
    );
    return { jobs: await this.withPositions(userId, await this.latestRuns(wanted)), nextCursor };
  }

  /** Drops the runs of jobs that were started again: their latest run may be on any page. */
  private async latestRuns(views: JobView[]): Promise<JobView[]> {
    // A completed job too: it starts again when its archive was deleted before it expired.
    const ended = views.filter(({ snapshot }) => isFinal(snapshot.status));
    if (ended.length === 0) return views;
    const latest = new Map<string, { runId: string; startedAt: number }>();
    const query = runsOf([...new Set(ended.map(({ jobId }) => jobId))]);
    for await (const { workflowId, runId, startTime } of this.client.workflow.list({ query })) {
      const [jobId, startedAt] = [jobIdFor(workflowId), startTime.getTime()];
      if (startedAt > (latest.get(jobId)?.startedAt ?? -1)) latest.set(jobId, { runId, startedAt });
    }
    return views.filter(({ jobId, runId }) => (latest.get(jobId)?.runId ?? runId) === runId);
  }

  private async withPositions(userId: string, views: JobView[]): Promise<JobView[]> {
    const waiting = views.filter(({ snapshot }) => snapshot.phase === 'waiting').map(({ jobId }) => jobId);
    if (waiting.length === 0) return views;
    const positions = await queuePositions(this.queues, userId, waiting);
    return views.map((view) => ({ ...view, queuePosition: positions?.get(view.jobId) ?? null }));
  }
}

/** Empty for jobs of other users: some databases compare search attributes case-insensitively. */
function viewOf(run: IndexedRun, userId: string): JobView[] {
  const { workflowId, runId } = run;
  const snapshot = currentSnapshot(run);
  if (snapshot?.userId !== userId) return [];
  return [{ jobId: jobIdFor(workflowId), runId, snapshot, live: null, stale: false }];
}
