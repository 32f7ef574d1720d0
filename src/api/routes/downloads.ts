import { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from 'express';
import { jobNotFound, LonghaulError } from '../../contract/errors.js';
import {
  checkSchema,
  filesQuerySchema,
  type InitiateBody,
  initiateSchema,
  keyHeaderSchema,
} from '../../contract/schemas.js';
import type { DownloadStatus, FilesPage, StartedDownload } from '../../contract/types.js';
import type { AppDependencies } from '../app.js';
import { expiresAt, nextPollInMs } from '../download-status.js';
import { JobAnswers, jobIdOf } from '../job-answers.js';
import { jsonBody } from '../middleware/json-body.js';
import { sendProblem } from '../middleware/problems.js';
import { patientTimeout, timeout } from '../middleware/timeout.js';
import { newJob } from '../new-job.js';
import { principalOf } from '../principal.js';
import { recordedOutcomes } from '../recorded-outcomes.js';
import { route } from '../route.js';
import { validate } from '../validate.js';

const SLOW_ROUTE_TIMEOUT_MS = 30_000;

/** Guess for the 202, before anything is known of the files. */
const FILES_PER_SECOND = 50;

/** The life of a download over HTTP. */
export function downloadRoutes(deps: AppDependencies): Router {
  const router = Router();
  const handlers = new DownloadHandlers(deps);
  const quick = timeout(deps.http.requestTimeoutMs);
  const slow = timeout(SLOW_ROUTE_TIMEOUT_MS);
  router.use(noStore);
  route(router, '/initiate', { post: [quick, ...jsonBody, handlers.initiate] });
  route(router, '/check', { post: [quick, ...jsonBody, handlers.check] });
  route(router, '/status/:jobId', { get: [patientTimeout(deps.http.requestTimeoutMs), handlers.status] });
  route(router, '/cancel/:jobId', { post: [slow, handlers.cancel] });
  route(router, '/:jobId/files', { get: [slow, handlers.files] });
  route(router, '/:jobId', { get: [slow, handlers.download] });
  router.use(malformedId);
  return router;
}

/** An id that is not even decodable is told like any other that is nobody's. */
const malformedId: ErrorRequestHandler = (error, _req, _res, next) => {
  next(error instanceof URIError ? jobNotFound(error) : error);
};

const noStore: RequestHandler = (_req, res, next) => {
  res.set('Cache-Control', 'no-store');
  next();
};

class DownloadHandlers {
  private readonly initiateBody;
  private readonly answers: JobAnswers;

  constructor(private readonly deps: AppDependencies) {
    this.answers = new JobAnswers(deps);
    this.initiateBody = initiateSchema(deps.limits.maxFiles);
  }

  initiate: RequestHandler = async (req, res) => {
    const body = withHeaderKey(validate(this.initiateBody, req.body), req.get('idempotency-key'));
    const { job, duplicateFileIds } = newJob(body, principalOf(res).userId, this.deps.policy, Date.now());
    const { createdAt, replayed } = await this.deps.downloads.start(job);
    const etaSeconds = 1 + Math.ceil(job.files.length / FILES_PER_SECOND);
    const baseUrl = this.answers.baseUrl(req);
    const statusUrl = `${baseUrl}/v1/download/status/${job.jobId}`;
    const started: StartedDownload = {
      jobId: job.jobId,
      status: 'queued',
      totalFileIds: job.files.length,
      duplicateFileIds,
      etaSeconds,
      nextPollInMs: nextPollInMs(etaSeconds, Math.random()),
      expiresAt: expiresAt({ completedAt: null, createdAt, ttlMs: job.policy.ttlMs }),
      statusUrl,
      downloadPath: `/v1/download/${job.jobId}`,
      ...this.answers.streamsOf(baseUrl, job.jobId, job.userId),
    };
    if (replayed) res.set('Idempotency-Replayed', 'true');
    this.deps.logger.info(
      { jobId: job.jobId, userId: job.userId, files: job.files.length, replayed },
      'job started',
    );
    res
      .status(202)
      .set({ Location: statusUrl, 'Retry-After': retryAfter(started) })
      .json(started);
  };

  status: RequestHandler = async (req, res) => {
    await this.answers.sendStatus(req, res, await this.answers.awaitedViewOf(req, res));
  };

  download: RequestHandler = async (req, res) => {
    const view = await this.answers.viewOf(req, res);
    const status = await this.answers.statusOf(req, view);
    if (status.status === 'expired') {
      throw new LonghaulError('JOB_EXPIRED', 'The archive has expired. Start the download again.');
    }
    if (status.downloadUrl) res.redirect(302, status.downloadUrl);
    else this.conflict(req, res, new LonghaulError('JOB_NOT_READY', notReady(status)), status);
  };

  cancel: RequestHandler = async (req, res) => {
    await this.answers.viewOf(req, res);
    const status = await this.answers.statusOf(req, await this.deps.downloads.cancel(jobIdOf(req)));
    if (['completed', 'failed', 'expired'].includes(status.status)) {
      const error = new LonghaulError('JOB_ALREADY_FINISHED', `The job is ${status.status} already.`);
      this.conflict(req, res, error, status);
    } else res.json(status);
  };

  files: RequestHandler = async (req, res) => {
    const { cursor, limit } = validate(filesQuerySchema, req.query);
    const { snapshot, jobId } = await this.answers.viewOf(req, res);
    const page: FilesPage =
      snapshot.status === 'completed'
        ? await recordedOutcomes(this.deps.store, jobId, cursor, limit)
        : await this.knownFiles(jobId, cursor, limit, snapshot.totalFiles);
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

  private async knownFiles(jobId: string, offset: number, limit: number, total: number): Promise<FilesPage> {
    const files = await this.deps.downloads.files(jobId, offset, limit);
    const next = offset + files.length;
    return { files, nextCursor: next < total && files.length > 0 ? String(next) : null };
  }

  private conflict(req: Request, res: Response, error: LonghaulError, job: DownloadStatus): void {
    if (job.nextPollInMs) res.set('Retry-After', retryAfter(job));
    sendProblem(res, req.originalUrl.split('?')[0]!, error, { job });
  }
}

/** The key may come as a header too; when it comes twice, both must be the same. */
function withHeaderKey(body: InitiateBody, header: string | undefined): InitiateBody {
  const key = validate(keyHeaderSchema, { 'Idempotency-Key': header })['Idempotency-Key'];
  if (key === undefined) return body;
  if (body.clientRequestId === undefined || body.clientRequestId === key)
    return { ...body, clientRequestId: key };
  const errors = [{ path: 'clientRequestId', message: 'differs from the header Idempotency-Key' }];
  throw new LonghaulError('INVALID_REQUEST', 'clientRequestId differs from the header Idempotency-Key.', {
    errors,
  });
}

function notReady({ status, message }: DownloadStatus): string {
  if (status === 'failed' || status === 'cancelled')
    return `The job is ${status}: there is no archive. ${message}`;
  return `The archive is not ready: ${message}.`;
}

function retryAfter({ nextPollInMs: ms }: { nextPollInMs: number | null }): string {
  return String(Math.max(1, Math.ceil((ms ?? 1_000) / 1_000)));
}
