import { type RequestHandler, Router } from 'express';
import { LonghaulError } from '../../contract/errors.js';
import type { DownloadStatus, FilesPage } from '../../contract/http/answers.js';
import { checkSchema, filesQuerySchema } from '../../contract/http/schemas.js';
import { decodeFilesCursor } from '../../jobs/cursors.js';
import { knownOutcomes } from '../../jobs/known-outcomes.js';
import { type OutcomesQuery, outcomesPage } from '../../jobs/outcomes-page.js';
import type { JobView } from '../../jobs/jobs.js';
import { ARCHIVE_DELETED, statusOf } from '../../jobs/status/download-status.js';
import { outcomesKey } from '../../storage/keys.js';
import type { AppDependencies } from '../dependencies.js';
import { malformedId, route } from '../http/define-route.js';
import { principalOf } from '../http/request-context.js';
import { validate } from '../http/validate.js';
import { jsonBody } from '../middleware/json-body.js';
import { timeout } from '../middleware/timeout.js';
import { sendConflict } from './shared/conflict.js';
import type { JobResponses } from './shared/job-responses.js';
import type { StartJob } from './shared/start-job.js';
import { sendAccepted, startRequestedJob } from './shared/start-request.js';

const SLOW_ROUTE_TIMEOUT_MS = 30_000;

/** Starts, cancels and delivers downloads, lists their files, and checks single files. */
export function downloadRoutes(deps: AppDependencies, responses: JobResponses, startJob: StartJob): Router {
  const router = Router();
  const handlers = new DownloadHandlers(deps, responses, startJob);
  const body = jsonBody(deps.limits.maxFiles);
  const quick = timeout(deps.http.requestTimeoutMs);
  const slow = timeout(SLOW_ROUTE_TIMEOUT_MS);
  route(router, '/initiate', { post: [...body, quick, handlers.initiate] });
  route(router, '/check', { post: [...body, quick, handlers.check] });
  route(router, '/cancel/:jobId', { post: [slow, handlers.cancel] });
  route(router, '/:jobId/files', { get: [slow, handlers.files] });
  route(router, '/:jobId', { get: [slow, handlers.download] });
  router.use(malformedId);
  return router;
}

class DownloadHandlers {
  constructor(
    private readonly deps: AppDependencies,
    private readonly responses: JobResponses,
    private readonly startJob: StartJob,
  ) {}

  initiate: RequestHandler = async (req, res) => {
    const started = this.responses.started(req, await startRequestedJob(this.startJob, req, res));
    sendAccepted(res, started.statusUrl, started.nextPollInMs, started);
  };

  download: RequestHandler = async (req, res) => {
    const view = await this.responses.viewOf(req, res);
    const method = req.method === 'HEAD' ? 'HEAD' : 'GET';
    const status = await this.responses.statusOf(req, view, { method, fresh: true });
    if (status.status === 'expired') throw isExpired(view) ? jobExpired() : archiveDeleted();
    if (status.downloadUrl) res.redirect(302, status.downloadUrl);
    else sendConflict(req, res, new LonghaulError('JOB_NOT_READY', notReady(status)), status);
  };

  cancel: RequestHandler = async (req, res) => {
    const { jobId } = await this.responses.viewOf(req, res);
    const view = await this.deps.jobs.cancel(jobId);
    const status = await this.responses.statusOf(req, view);
    if (['completed', 'failed', 'expired'].includes(status.status)) {
      const error = new LonghaulError('JOB_ALREADY_FINISHED', `The job has already ended: ${status.status}.`);
      sendConflict(req, res, error, status);
    } else res.json(status);
  };

  files: RequestHandler = async (req, res) => {
    const { cursor, limit, state } = validate(filesQuerySchema, req.query);
    const query: OutcomesQuery = { cursor: decodeFilesCursor(cursor), limit, states: state ?? null };
    const view = await this.responses.viewOf(req, res);
    if (isExpired(view)) throw jobExpired();
    const { snapshot, jobId } = view;
    const page: FilesPage =
      snapshot.status === 'completed' && snapshot.archiveKey
        ? await outcomesPage(this.deps.store, outcomesKey(snapshot.archiveKey), query)
        : await knownOutcomes(this.deps.jobs, jobId, snapshot.totalFiles, query);
    res.json(page);
  };

  check: RequestHandler = async (req, res) => {
    const { fileId } = validate(checkSchema, req.body);
    const found = await this.deps.files.lookUp(principalOf(res).userId, fileId);
    res.json({
      file_id: fileId,
      available: found !== undefined,
      s3Key: found?.key ?? null,
      size: found?.size ?? null,
    });
  };
}

function isExpired({ snapshot }: JobView): boolean {
  return statusOf(snapshot, Date.now()) === 'expired';
}

function archiveDeleted(): LonghaulError {
  return new LonghaulError('ARCHIVE_DELETED', ARCHIVE_DELETED);
}

function jobExpired(): LonghaulError {
  return new LonghaulError('JOB_EXPIRED', 'The archive has expired. Start the download again.');
}

function notReady({ status, message }: DownloadStatus): string {
  if (status === 'cancelled') return 'The job was cancelled and has no archive. Start the download again.';
  if (status === 'failed') return `The job failed and has no archive. ${message}`;
  return `The archive is not ready: ${message}.`;
}
