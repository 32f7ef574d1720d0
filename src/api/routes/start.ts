import { type RequestHandler, type Response, Router } from 'express';
import { isFinal } from '../../contract/snapshot.js';
import { errorCodeOf } from '../../contract/errors.js';
import type { JobView } from '../../jobs/jobs.js';
import { waitUntilFinal } from '../../jobs/status/long-poll.js';
import type { AppDependencies } from '../dependencies.js';
import { route } from '../http/define-route.js';
import { disconnected } from '../http/disconnected.js';
import { contextOf, deadlineOf } from '../http/request-context.js';
import { jsonBody } from '../middleware/json-body.js';
import { timeout } from '../middleware/timeout.js';
import type { JobResponses } from './shared/job-responses.js';
import type { StartJob } from './shared/start-job.js';
import { sendAccepted, startRequestedJob } from './shared/start-request.js';

/** Shorter than the read timeout of common proxies. */
const WAIT_MS = 25_000;

/** Leaves 10 s for starting the job and for signing the link. */
const ROUTE_TIMEOUT_MS = WAIT_MS + 10_000;

/** 1 November 2026 (RFC 9745). The route has no sunset date. */
const DEPRECATED_SINCE = '@1793491200';

type Dependencies = Pick<AppDependencies, 'jobs' | 'watchers' | 'http' | 'limits'>;

/** `POST /start`: the route of earlier services, which responds when the download has ended, or after 25 s. */
export function startRoutes(deps: Dependencies, responses: JobResponses, startJob: StartJob): Router {
  const router = Router();
  const handlers = new StartHandlers(deps, responses, startJob);
  route(router, '/start', {
    post: [handlers.deprecated, ...jsonBody(deps.limits.maxFiles), timeout(ROUTE_TIMEOUT_MS), handlers.start],
  });
  return router;
}

class StartHandlers {
  constructor(
    private readonly deps: Dependencies,
    private readonly responses: JobResponses,
    private readonly startJob: StartJob,
  ) {}

  deprecated: RequestHandler = (req, res, next) => {
    const successor = `${this.responses.baseUrl(req)}/v1/download/initiate`;
    res.set({ Deprecation: DEPRECATED_SINCE, Link: `<${successor}>; rel="successor-version"` });
    next();
  };

  start: RequestHandler = async (req, res) => {
    contextOf(res).held = true;
    // A failure to start is reported as fast as by the other routes, although this route may wait longer.
    const deadline = Math.min(deadlineOf(res), Date.now() + this.deps.http.requestTimeoutMs);
    const started = this.responses.started(
      req,
      await startRequestedJob(this.startJob, req, res, { deadline }),
    );
    const view = await this.viewAtEnd(started.jobId, res);
    if (res.headersSent || res.closed) return;
    const status = view && (await this.responses.statusOf(req, view));
    if (status && isFinal(status.status)) res.set('Location', started.statusUrl).json(status);
    else {
      const { nextPollInMs } = status ?? started;
      sendAccepted(res, started.statusUrl, nextPollInMs, status ?? started);
    }
  };

  /** The job at its end, or after 25 s. Undefined while Temporal is unavailable: the job was accepted anyway. */
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
