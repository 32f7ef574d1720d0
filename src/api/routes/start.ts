import { type RequestHandler, type Response, Router } from 'express';
import { isFinal } from '../../contract/snapshot.js';
import type { AppDependencies } from '../dependencies.js';
import { JobResponses } from './shared/job-responses.js';
import { StartJob, sendAccepted } from './shared/start-job.js';
import { jsonBody } from '../middleware/json-body.js';
import { timeout } from '../middleware/timeout.js';
import { route } from '../http/define-route.js';
import { waitUntilFinal } from '../../jobs/status/wait-until-final.js';

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
    const view = await waitUntilFinal(
      this.deps.jobs,
      started.jobId,
      patience(res, this.deps.watchers.closed),
    );
    if (res.headersSent || res.closed) return;
    const status = view && (await this.answers.statusOf(req, view));
    if (status && isFinal(status.status)) res.set('Location', started.statusUrl).json(status);
    else {
      const { nextPollInMs } = status ?? started;
      sendAccepted(res, started.statusUrl, nextPollInMs, status ?? started);
    }
  };
}

/**
 * Ends with the answer, when the server shuts down, or when it has been waited for long enough. By a timer of its own: a
 * signal of `AbortSignal.timeout` that nothing but `AbortSignal.any` refers to may be collected before its time.
 */
function patience(res: Response, shutdown: AbortSignal): AbortSignal {
  if (res.closed || shutdown.aborted) return AbortSignal.abort();
  const ended = new AbortController();
  const end = () => {
    clearTimeout(timer);
    shutdown.removeEventListener('abort', end);
    ended.abort();
  };
  const timer = setTimeout(end, WAIT_MS);
  shutdown.addEventListener('abort', end);
  res.once('close', end);
  return ended.signal;
}
