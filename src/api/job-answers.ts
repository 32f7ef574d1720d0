import type { Request, Response } from 'express';
import { jobNotFound } from '../contract/errors.js';
import { type DownloadStatus, isFinal } from '../contract/types.js';
import type { AppDependencies } from './app.js';
import { downloadStatus } from './download-status.js';
import type { JobView } from './downloads.js';
import { archiveLink } from './links.js';
import { principalOf } from './principal.js';

const JOB_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

type Dependencies = Pick<AppDependencies, 'downloads' | 'store' | 'http' | 'tickets'>;

/** What every route that is about one job has in common: whose it is, and what is told of it. */
export class JobAnswers {
  constructor(private readonly deps: Dependencies) {}

  /** The job of the request, if it is the caller's; every other reason for not having it looks the same. */
  async viewOf(req: Request, res: Response): Promise<JobView> {
    const view = await this.deps.downloads.view(jobIdOf(req));
    if (view.snapshot.userId !== principalOf(res).userId) throw jobNotFound();
    return view;
  }

  /** The status a client reads, with links that were signed just now. */
  async statusOf(req: Request, view: JobView): Promise<DownloadStatus> {
    return this.statusAt(this.baseUrl(req), view);
  }

  /** @param baseUrl as `baseUrl` told of the request that asks. */
  async statusAt(baseUrl: string, view: JobView): Promise<DownloadStatus> {
    const now = Date.now();
    const status = downloadStatus(view, now, Math.random());
    const { store, http } = this.deps;
    const downloadUrl =
      status.status === 'completed'
        ? await archiveLink(store, view.snapshot, http.linkTtlSeconds, baseUrl, now)
        : null;
    const streams = isFinal(status.status)
      ? { streamUrl: null, eventsUrl: null }
      : this.streamsOf(baseUrl, view.jobId, view.snapshot.userId);
    return { ...status, downloadUrl, ...streams };
  }

  /** Where a job can be listened to, with a fresh ticket. */
  streamsOf(baseUrl: string, jobId: string, userId: string): { streamUrl: string; eventsUrl: string } {
    const url = `${baseUrl}/v1/download/jobs/${jobId}`;
    const ticket = this.deps.tickets.issue(jobId, userId);
    return {
      streamUrl: `${url.replace(/^http/, 'ws')}/stream?ticket=${ticket}`,
      eventsUrl: `${url}/events?ticket=${ticket}`,
    };
  }

  /** Where clients reach this API. */
  baseUrl(req: Request): string {
    return this.deps.http.publicUrl ?? `${req.protocol}://${req.get('host')}`;
  }
}

/** @throws LonghaulError JOB_NOT_FOUND for what can be no job's id. */
export function jobIdOf(req: Request): string {
  const jobId = String(req.params['jobId']).toLowerCase();
  if (!JOB_ID.test(jobId)) throw jobNotFound();
  return jobId;
}
