import { type RequestHandler, Router } from 'express';
import { LonghaulError } from '../../contract/errors.js';
import { type AdminJob, failedQuerySchema, terminateSchema } from '../../contract/http/admin-schemas.js';
import type { OperatorView } from '../../jobs/operator-jobs.js';
import { retriedJob } from '../../jobs/retried-job.js';
import { downloadStatus } from '../../jobs/status/download-status.js';
import { adminOnly } from '../auth/admin-only.js';
import type { AppDependencies } from '../dependencies.js';
import { malformedId, route } from '../http/define-route.js';
import { deadlineOf, principalOf } from '../http/request-context.js';
import { validate } from '../http/validate.js';
import { jsonBody } from '../middleware/json-body.js';
import { timeout } from '../middleware/timeout.js';
import { jobIdOf } from './shared/job-responses.js';

const LIST_TIMEOUT_MS = 30_000;

/** Statuses of jobs without a result. A completed job has its archive, and a running job will have one. */
const RETRYABLE: ReadonlySet<string> = new Set(['failed', 'cancelled']);

type Dependencies = Pick<
  AppDependencies,
  'jobs' | 'operatorJobs' | 'storeView' | 'policy' | 'http' | 'limits' | 'logger'
>;

/** Operator routes for the jobs of all users: list failed jobs, show, retry and terminate a job; show the store. */
export function adminRoutes(deps: Dependencies): Router {
  const router = Router();
  const handlers = new AdminHandlers(deps);
  const body = jsonBody(deps.limits.maxFiles);
  const quick = timeout(deps.http.requestTimeoutMs);
  router.use(adminOnly);
  route(router, '/failed', { get: [timeout(LIST_TIMEOUT_MS), handlers.failed] });
  route(router, '/failed/:jobId/retry', { post: [quick, handlers.retry] });
  route(router, '/jobs/:jobId', { get: [quick, handlers.show] });
  route(router, '/store', { get: [quick, handlers.store] });
  route(router, '/jobs/:jobId/terminate', { post: [...body, quick, handlers.terminate] });
  router.use(malformedId);
  return router;
}

class AdminHandlers {
  constructor(private readonly deps: Dependencies) {}

  failed: RequestHandler = async (req, res) => {
    const { cursor, limit } = validate(failedQuerySchema, req.query);
    res.json(await this.deps.operatorJobs.failed(cursor, limit));
  };

  show: RequestHandler = async (req, res) => {
    res.json(adminJob(await this.deps.operatorJobs.show(jobIdOf(req))));
  };

  store: RequestHandler = async (_req, res) => {
    res.json(await this.deps.storeView());
  };

  /** Starts the same job for the same user, with a new creation time. */
  retry: RequestHandler = async (req, res) => {
    const jobId = jobIdOf(req);
    const { operatorJobs, jobs, policy, logger } = this.deps;
    const { view, job } = await operatorJobs.show(jobId);
    if (!RETRYABLE.has(view.snapshot.status)) throw notRetryable(view.snapshot.status);
    const { replayed } = await jobs.start(retriedJob(job, policy, Date.now()), deadlineOf(res));
    if (replayed) throw notRetryable('still being cleaned up, or was already restarted');
    logger.info({ jobId, userId: job.userId, operator: principalOf(res).userId }, 'job retried');
    res.status(202).json(adminJob(await operatorJobs.show(jobId)));
  };

  terminate: RequestHandler = async (req, res) => {
    const jobId = jobIdOf(req);
    const { operatorJobs, logger } = this.deps;
    const { reason } = validate(terminateSchema, req.body);
    await operatorJobs.terminate(jobId, reason);
    logger.info({ jobId, operator: principalOf(res).userId, reason }, 'job terminated');
    res.json(adminJob(await operatorJobs.show(jobId)));
  };
}

function adminJob({ view, job, ...run }: OperatorView): AdminJob {
  const status = downloadStatus(view, Date.now(), Math.random());
  const { userId, labels, archive } = job;
  return { ...status, userId, labels, archiveName: archive.name, ...run };
}

function notRetryable(state: string): LonghaulError {
  const message = `Only a failed or cancelled job can be retried. This job is ${state}.`;
  return new LonghaulError('JOB_NOT_RETRYABLE', message);
}
