import { type RequestHandler, Router } from 'express';
import { jobNotFound, LonghaulError } from '../../contract/errors.js';
import type { DownloadStatus } from '../../contract/http/answers.js';
import { isFinal } from '../../contract/snapshot.js';
import type { Accepted, JobView } from '../../jobs/jobs.js';
import { retriedJob } from '../../jobs/retried-job.js';
import { isRestartable } from '../../jobs/status/download-status.js';
import type { AppDependencies } from '../dependencies.js';
import { malformedId, route } from '../http/define-route.js';
import { deadlineOf, principalOf } from '../http/request-context.js';
import { timeout } from '../middleware/timeout.js';
import { sendConflict } from './shared/conflict.js';
import { jobIdOf, type JobResponses } from './shared/job-responses.js';
import { sendAccepted } from './shared/start-request.js';

type Dependencies = Pick<AppDependencies, 'jobs' | 'operatorJobs' | 'policy' | 'http' | 'logger'>;

/**
 * `POST /v1/download/retry/:jobId`: the owner starts a job without an archive again as it was, under its own id. Repeats
 * are safe: a run that a retry started is a replay until it ends.
 */
export function retryRoutes(deps: Dependencies, responses: JobResponses): Router {
  const router = Router();
  const retry: RequestHandler = async (req, res) => {
    // Not from the cache, which may still show a job as running that another server showed as failed.
    const { view, job } = await deps.operatorJobs.show(jobIdOf(req));
    if (job.userId !== principalOf(res).userId) throw jobNotFound();
    const status = await responses.statusOf(req, view, { fresh: true });
    let accepted: Accepted;
    if (canStart(view, status)) {
      accepted = await deps.jobs.start(retriedJob(job, deps.policy, Date.now()), deadlineOf(res));
      const { jobId, userId } = job;
      deps.logger.info({ jobId, userId, replayed: accepted.replayed }, 'job retried by its owner');
    } else if (view.snapshot.isRetry && !isFinal(status.status)) {
      accepted = { createdAt: view.snapshot.createdAt, replayed: true };
    } else {
      // The cached view knows more of a running job: its bytes, and its position in the queue.
      const current = await responses.statusOf(req, await deps.jobs.view(view.jobId));
      sendConflict(req, res, notRetryable(current), current);
      return;
    }
    if (accepted.replayed) res.set('Idempotency-Replayed', 'true');
    const started = responses.started(req, { job, duplicateFileIds: [], ...accepted });
    sendAccepted(res, started.statusUrl, started.nextPollInMs, started);
  };
  route(router, '/retry/:jobId', { post: [timeout(deps.http.requestTimeoutMs), retry] });
  router.use('/retry', malformedId);
  return router;
}

/** The start waits for the end of a job that is being cancelled. */
function canStart({ live }: JobView, { status }: DownloadStatus): boolean {
  return isRestartable(status) || (!isFinal(status) && live?.cancelling === true);
}

function notRetryable({ status }: DownloadStatus): LonghaulError {
  const message =
    status === 'completed'
      ? 'The job has completed: download its archive, or start another download.'
      : `The job has not ended: it is ${status}. Follow it, or cancel it first.`;
  return new LonghaulError('JOB_NOT_RETRYABLE', message);
}
