import type { Request, Response } from 'express';
import { errorCodeOf, jobNotFound } from '../../../contract/errors.js';
import type { DownloadStatus, LinkedStatus, StartedDownload } from '../../../contract/http/answers.js';
import { isFinal } from '../../../contract/snapshot.js';
import { archiveLink, type LinkedView } from '../../../jobs/archive-link.js';
import type { JobView } from '../../../jobs/jobs.js';
import { downloadStatus, expiresAt, firstPollInMs, statusOf } from '../../../jobs/status/download-status.js';
import { longPoll } from '../../../jobs/status/long-poll.js';
import type { AppDependencies } from '../../dependencies.js';
import { disconnected } from '../../http/disconnected.js';
import { preferredWait } from '../../http/prefer-wait.js';
import { contextOf, principalOf } from '../../http/request-context.js';
import { withFlatNames } from './flat-names.js';
import type { JobStart } from './start-job.js';

const JOB_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Time for which the JSON of a running job's status is reused, so that concurrent pollers share the work of signing and
 * serializing it. Shorter than `nextPollInMs`, so clients that honor it always get a fresh status.
 */
const JSON_TTL_MS = 500;

type Dependencies = Pick<AppDependencies, 'jobs' | 'store' | 'archives' | 'http' | 'tickets' | 'watchers'>;

interface LinkedOptions {
  /** The method that the link allows. */
  method?: 'GET' | 'HEAD';
  /** Asks the store for the archive also if it answered a moment ago. */
  fresh?: boolean;
}

/** Reads a request's job and renders its responses, for every route about one job. Shared, because it caches JSON. */
export class JobResponses {
  private readonly jsonCache = new WeakMap<JobView, { json: string; baseUrl: string; until: number }>();

  constructor(private readonly deps: Dependencies) {}

  /** Sends the status of a job, see `statusOf`. */
  async sendStatus(req: Request, res: Response, view: JobView): Promise<void> {
    const json = await this.jsonOf(this.baseUrl(req), view);
    // Pass a string to Node directly: it writes headers and body at once, while Express copies it into a buffer.
    res.setHeader('Content-Type', 'application/json; charset=utf-8');
    res.end(json);
  }

  private async jsonOf(baseUrl: string, view: JobView): Promise<string> {
    const cached = this.jsonCache.get(view);
    if (cached && cached.baseUrl === baseUrl && Date.now() < cached.until) return cached.json;
    const json = JSON.stringify(withFlatNames(await this.statusAt(baseUrl, view)));
    if (!isFinal(view.snapshot.status)) {
      this.jsonCache.set(view, { json, baseUrl, until: Date.now() + JSON_TTL_MS });
    }
    return json;
  }

  /**
   * Reads the job of a request.
   * @throws LonghaulError JOB_NOT_FOUND also for another user's job, so that ids reveal nothing.
   */
  async viewOf(req: Request, res: Response): Promise<JobView> {
    const view = await this.deps.jobs.view(jobIdOf(req));
    if (view.snapshot.userId !== principalOf(res).userId) throw jobNotFound();
    contextOf(res).jobId = view.jobId;
    return view;
  }

  /** Like `viewOf`, but long-polls for a change if the request asks for it (`waitMs`, `Prefer: wait`). */
  async awaitedViewOf(req: Request, res: Response): Promise<JobView> {
    const { ms, preferred } = preferredWait(req);
    const view = await this.viewOf(req, res);
    if (preferred) res.setHeader('Preference-Applied', `wait=${ms / 1_000}`);
    if (ms === 0) return view;
    const signal = disconnected(res);
    const changed = await longPoll(this.deps.watchers, view, ms, signal);
    return changed ?? (signal.aborted ? view : this.latest(view));
  }

  /** Reads the job again after a wait without a change. Falls back to the previous view while Temporal is unavailable. */
  private async latest(previous: JobView): Promise<JobView> {
    try {
      return await this.deps.jobs.view(previous.jobId);
    } catch (error) {
      if (errorCodeOf(error) !== 'TEMPORAL_UNAVAILABLE') throw error;
      return { ...previous, stale: true };
    }
  }

  /** Renders the response to a started job, with fresh stream URLs. */
  started(req: Request, { job, duplicateFileIds, createdAt }: JobStart): StartedDownload {
    const { jobId, userId, files, policy } = job;
    const baseUrl = this.baseUrl(req);
    return {
      jobId,
      status: 'queued',
      totalFileIds: files.length,
      duplicateFileIds,
      etaSeconds: null,
      nextPollInMs: firstPollInMs(Math.random()),
      expiresAt: expiresAt({ completedAt: null, createdAt, ttlMs: policy.ttlMs }),
      statusUrl: `${baseUrl}/v1/download/status/${jobId}`,
      downloadPath: `/v1/download/${jobId}`,
      ...this.streamsOf(baseUrl, jobId, userId),
    };
  }

  /** Renders the status of a job, with freshly signed links. @param options of the link to its archive. */
  async statusOf(req: Request, view: JobView, options: LinkedOptions = {}): Promise<DownloadStatus> {
    return withFlatNames(await this.statusAt(this.baseUrl(req), view, options));
  }

  /** Renders the status of a job like `statusOf`, without the deprecated names. */
  linkedStatusOf(req: Request, view: JobView): Promise<LinkedStatus> {
    return this.statusAt(this.baseUrl(req), view);
  }

  private async statusAt(
    baseUrl: string,
    unlinked: JobView,
    options: LinkedOptions = {},
  ): Promise<LinkedStatus> {
    const { view, downloadUrl } = await this.linked(baseUrl, unlinked, options);
    const status = downloadStatus(view, Date.now(), Math.random());
    const streams = isFinal(status.status)
      ? { streamUrl: null, eventsUrl: null }
      : this.streamsOf(baseUrl, view.jobId, view.snapshot.userId);
    return { ...status, downloadUrl, ...streams };
  }

  /** Signs a link to the archive of a job; null if it has none. Marks a view whose archive was deleted. */
  async linked(baseUrl: string, view: JobView, options: LinkedOptions = {}): Promise<LinkedView> {
    const { method = 'GET', fresh = false } = options;
    const now = Date.now();
    if (statusOf(view.snapshot, now) !== 'completed') return { view, downloadUrl: null };
    if (await this.deps.archives.isGone(view.snapshot, { fresh })) {
      return { view: { ...view, isArchiveGone: true }, downloadUrl: null };
    }
    const { store, http } = this.deps;
    const link = { method, ttlSeconds: http.linkTtlSeconds, baseUrl };
    return { view, downloadUrl: await archiveLink(store, view.snapshot, link, now) };
  }

  /** The stream URLs of a job, with a fresh ticket. */
  private streamsOf(
    baseUrl: string,
    jobId: string,
    userId: string,
  ): { streamUrl: string; eventsUrl: string } {
    const url = `${baseUrl}/v1/download/jobs/${jobId}`;
    const ticket = this.deps.tickets.issue(jobId, userId);
    return {
      streamUrl: `${url.replace(/^http/, 'ws')}/stream?ticket=${ticket}`,
      eventsUrl: `${url}/events?ticket=${ticket}`,
    };
  }

  /** The base URL of this API for clients. */
  baseUrl(req: Request): string {
    return this.deps.http.publicUrl ?? `${req.protocol}://${req.get('host')}`;
  }
}

/** @throws LonghaulError JOB_NOT_FOUND for a malformed id. */
export function jobIdOf(req: Request): string {
  const jobId = String(req.params['jobId']).toLowerCase();
  if (!JOB_ID.test(jobId)) throw jobNotFound();
  return jobId;
}
