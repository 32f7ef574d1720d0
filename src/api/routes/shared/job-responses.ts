import type { Request, Response } from 'express';
import { errorCodeOf, jobNotFound } from '../../../contract/errors.js';
import type { DownloadStatus } from '../../../contract/http/answers.js';
import { isFinal } from '../../../contract/snapshot.js';
import type { AppDependencies } from '../../dependencies.js';
import { downloadStatus } from '../../../jobs/status/download-status.js';
import type { JobView } from '../../../jobs/jobs.js';
import { archiveLink } from '../../../jobs/archive-link.js';
import { principalOf } from '../../auth/principal.js';
import { longPoll } from '../../../jobs/status/long-poll.js';
import { preferredWait } from '../../http/prefer-wait.js';

const JOB_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * The text of a running job's status is sent again for this long: a client that polls as it is told gets a fresh one, and
 * many who watch one job share the work of signing and writing it.
 */
const TEXT_AGE_MS = 500;

type Dependencies = Pick<AppDependencies, 'jobs' | 'store' | 'http' | 'tickets' | 'watchers'>;

/** What every route that is about one job has in common: whose it is, and what is told of it. */
export class JobResponses {
  private readonly texts = new WeakMap<JobView, { text: string; baseUrl: string; until: number }>();

  constructor(private readonly deps: Dependencies) {}

  /** Answers with the status, as `statusOf` has it. */
  async sendStatus(req: Request, res: Response, view: JobView): Promise<void> {
    const text = await this.textOf(this.baseUrl(req), view);
    // As a string to Node itself, which then sends head and body in one piece; Express would make a buffer of it.
    res.setHeader('Content-Type', 'application/json; charset=utf-8');
    res.end(text);
  }

  private async textOf(baseUrl: string, view: JobView): Promise<string> {
    const known = this.texts.get(view);
    if (known && known.baseUrl === baseUrl && Date.now() < known.until) return known.text;
    const text = JSON.stringify(await this.statusAt(baseUrl, view));
    if (!isFinal(view.snapshot.status)) {
      this.texts.set(view, { text, baseUrl, until: Date.now() + TEXT_AGE_MS });
    }
    return text;
  }

  /** The job of the request, if it is the caller's; every other reason for not having it looks the same. */
  async viewOf(req: Request, res: Response): Promise<JobView> {
    const view = await this.deps.jobs.view(jobIdOf(req));
    if (view.snapshot.userId !== principalOf(res).userId) throw jobNotFound();
    return view;
  }

  /** As `viewOf`, but as late as the request asks for and nothing has changed (`waitMs`, `Prefer: wait`). */
  async awaitedViewOf(req: Request, res: Response): Promise<JobView> {
    const { ms, preferred } = preferredWait(req);
    const view = await this.viewOf(req, res);
    if (preferred) res.setHeader('Preference-Applied', `wait=${ms / 1_000}`);
    if (ms === 0) return view;
    const gone = new AbortController();
    res.once('close', () => gone.abort());
    // What closed before that is not told again.
    if (res.closed) gone.abort();
    const changed = await longPoll(this.deps.watchers, view, ms, gone.signal);
    return changed ?? (gone.signal.aborted ? view : this.latest(view));
  }

  /** What changed without being markChanged; the job as it was seen, while nobody can tell how it is. */
  private async latest(seen: JobView): Promise<JobView> {
    try {
      return await this.deps.jobs.view(seen.jobId);
    } catch (error) {
      if (errorCodeOf(error) !== 'TEMPORAL_UNAVAILABLE') throw error;
      return { ...seen, stale: true };
    }
  }

  /** The status a client reads, with links that were signed just now. */
  async statusOf(req: Request, view: JobView): Promise<DownloadStatus> {
    return this.statusAt(this.baseUrl(req), view);
  }

  /** @param baseUrl as `baseUrl` told of the request that asks. */
  async statusAt(baseUrl: string, view: JobView): Promise<DownloadStatus> {
    const now = Date.now();
    const status = downloadStatus(view, now, Math.random());
    const downloadUrl = status.status === 'completed' ? await this.linkAt(baseUrl, view) : null;
    const streams = isFinal(status.status)
      ? { streamUrl: null, eventsUrl: null }
      : this.streamsOf(baseUrl, view.jobId, view.snapshot.userId);
    return { ...status, downloadUrl, ...streams };
  }

  /** A fresh link to the archive of a job; null when there is none. */
  linkAt(baseUrl: string, { snapshot }: JobView): Promise<string | null> {
    const { store, http } = this.deps;
    return archiveLink(store, snapshot, http.linkTtlSeconds, baseUrl, Date.now());
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
