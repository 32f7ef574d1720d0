import { type RequestHandler, type Response, Router } from 'express';
import { isFinal } from '../../contract/snapshot.js';
import type { AppDependencies } from '../dependencies.js';
import { JobResponses } from './shared/job-responses.js';
import { StartJob, sendAccepted } from './shared/start-job.js';
import { jsonBody } from '../middleware/json-body.js';
import { timeout } from '../middleware/timeout.js';
import { route } from '../http/define-route.js';
import { errorCodeOf } from '../../contract/errors.js';
import type { JobView } from '../../jobs/jobs.js';
import { waitUntilFinal } from '../../jobs/status/long-poll.js';
import { disconnected } from '../http/disconnected.js';

/** Below what proxies wait for an answer. */
const WAIT_MS = 25_000;
/** What starting the job, and signing the answer, may add to that. */
const ROUTE_TIMEOUT_MS = WAIT_MS + 10_000;

/** Since 1 November 2026 (RFC 9745); there is no date from which on the route is gone. */
const DEPRECATED_SINCE = '@1793491200';

/** `POST /start`: the route of services before this one, which answers when the download is done, or nearly so. */
export function startRoutes(deps: AppDependencies): Router {
  const router = Router();
  const handlers = new StartHandlers(deps);
  route(router, '/start', {
    post: [timeout(ROUTE_TIMEOUT_MS), handlers.deprecated, ...jsonBody, handlers.start],
  });
  return router;
}

class StartHandlers {
  private readonly answers: JobResponses;
  private readonly starts: StartJob;

  constructor(private readonly deps: AppDependencies) {
    this.answers = new JobResponses(deps);
    this.starts = new StartJob(deps, this.answers);
  }

  deprecated: RequestHandler = (req, res, next) => {
    const successor = `${this.answers.baseUrl(req)}/v1/download/initiate`;
    res.set({ Deprecation: DEPRECATED_SINCE, Link: `<${successor}>; rel="successor-version"` });
    next();
  };

  start: RequestHandler = async (req, res) => {
    const started = await this.starts.start(req, res, req.body);
    const view = await this.viewAtEnd(started.jobId, res);
    if (res.headersSent || res.closed) return;
    const status = view && (await this.answers.statusOf(req, view));
    if (status && isFinal(status.status)) res.set('Location', started.statusUrl).json(status);
    else {
      const { nextPollInMs } = status ?? started;
      sendAccepted(res, started.statusUrl, nextPollInMs, status ?? started);
    }
  };

  /** The job at its end, or after the wait; undefined while Temporal is away: the job was accepted all the same. */
  private async viewAtEnd(jobId: string, res: Response): Promise<JobView | undefined> {
    const { jobs, watchers } = this.deps;
    try {
      const view = await jobs.view(jobId);
      return (await waitUntilFinal(watchers, view, WAIT_MS, disconnected(res))) ?? (await jobs.view(jobId));
    } catch (error) {
      if (errorCodeOf(error) !== 'TEMPORAL_UNAVAILABLE') throw error;
      return undefined;
    }
  }
}
