import { type RequestHandler, Router } from 'express';
import { type AdminJob, failedQuerySchema, terminateSchema } from '../../contract/http/admin-schemas.js';
import { LonghaulError } from '../../contract/errors.js';
import type { AppDependencies } from '../dependencies.js';
import { downloadStatus } from '../../jobs/status/download-status.js';
import { jobIdOf } from './shared/job-responses.js';
import { adminOnly } from '../auth/admin-only.js';
import { jsonBody } from '../middleware/json-body.js';
import { deadlineOf, timeout } from '../middleware/timeout.js';
import type { OperatorView } from '../../jobs/operator-jobs.js';
import { principalOf } from '../auth/principal.js';
import { route } from '../http/define-route.js';
import { validate } from '../http/validate.js';
import { malformedId } from '../http/malformed-id.js';

const LIST_TIMEOUT_MS = 30_000;

/** What may be started again: what completed is there, and what runs will be. */
const RETRYABLE: ReadonlySet<string> = new Set(['failed', 'cancelled']);

type Dependencies = Pick<AppDependencies, 'jobs' | 'operatorJobs' | 'http' | 'logger'>;

/** Jobs of all users, for operators: find what failed, look at it, start it again, end what must end. */
export function adminRoutes(deps: Dependencies): Router {
  const router = Router();
  const handlers = new AdminHandlers(deps);
  const quick = timeout(deps.http.requestTimeoutMs);
  router.use(adminOnly);
  route(router, '/failed', { get: [timeout(LIST_TIMEOUT_MS), handlers.failed] });
  route(router, '/failed/:jobId/retry', { post: [quick, handlers.retry] });
  route(router, '/jobs/:jobId', { get: [quick, handlers.show] });
  route(router, '/jobs/:jobId/terminate', { post: [quick, ...jsonBody, handlers.terminate] });
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

  /** The same job for the same user under the same policy; only the time of its beginning is another. */
  retry: RequestHandler = async (req, res) => {
    const jobId = jobIdOf(req);
    const { operatorJobs, jobs, logger } = this.deps;
    const { view, job } = await operatorJobs.show(jobId);
    if (!RETRYABLE.has(view.snapshot.status)) throw notRetryable(view.snapshot.status);
    const again = { ...job, createdAt: new Date().toISOString() };
    const { replayed } = await jobs.start(again, deadlineOf(res));
    if (replayed) throw notRetryable('still being cleaned up after, or was started again meanwhile');
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
  return new LonghaulError('JOB_NOT_RETRYABLE', `Only a failed job is started again: this one is ${state}.`);
}
