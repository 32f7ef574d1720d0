import type { Request, Response } from 'express';
import { LonghaulError } from '../../../contract/errors.js';
import { type InitiateBody, initiateSchema, keyHeaderSchema } from '../../../contract/http/schemas.js';
import type { StartedDownload } from '../../../contract/http/answers.js';
import type { AppDependencies } from '../../dependencies.js';
import { expiresAt, nextPollInMs } from '../../../jobs/status/download-status.js';
import { pollFloorMs } from '../../../jobs/status/freshness.js';
import { etaGuess } from '../../../jobs/status/download-status.js';
import type { JobResponses } from './job-responses.js';
import { deadlineOf } from '../../middleware/timeout.js';
import { newJob, type NewJob } from '../../../jobs/new-job.js';
import { principalOf } from '../../auth/principal.js';
import { validate } from '../../http/validate.js';

type Dependencies = Pick<
  AppDependencies,
  'jobs' | 'policy' | 'limits' | 'callbackRefusal' | 'http' | 'logger'
>;

/** Starts jobs, in the same way for every route that does. */
export class StartJob {
  private readonly body;

  constructor(
    private readonly deps: Dependencies,
    private readonly answers: JobResponses,
  ) {
    this.body = initiateSchema(deps.limits.maxFiles, deps.callbackRefusal);
  }

  /** The job that `given` asks for; nothing is started. */
  jobOf(req: Request, res: Response, given: unknown): NewJob {
    const body = withHeaderKey(validate(this.body, given), req.get('idempotency-key'));
    return newJob(body, principalOf(res).userId, this.deps.policy, Date.now());
  }

  /** Starts the job that `given` asks for, and says on the answer whether a request before this one had. */
  async start(req: Request, res: Response, given: unknown): Promise<StartedDownload> {
    const { job, duplicateFileIds } = this.jobOf(req, res, given);
    const { jobId, userId, files } = job;
    const { createdAt, replayed } = await this.deps.jobs.start(job, this.startBy(res));
    if (replayed) res.set('Idempotency-Replayed', 'true');
    this.deps.logger.info({ jobId, userId, files: files.length, replayed }, 'job started');
    const etaSeconds = etaGuess(files.length);
    const baseUrl = this.answers.baseUrl(req);
    return {
      jobId,
      status: 'queued',
      totalFileIds: files.length,
      duplicateFileIds,
      etaSeconds,
      nextPollInMs: nextPollInMs(etaSeconds, pollFloorMs(0, 0), Math.random()),
      expiresAt: expiresAt({ completedAt: null, createdAt, ttlMs: job.policy.ttlMs }),
      statusUrl: `${baseUrl}/v1/download/status/${jobId}`,
      downloadPath: `/v1/download/${jobId}`,
      ...this.answers.streamsOf(baseUrl, jobId, userId),
    };
  }

  /** A route that waits for the job after starting it is no less quick to say that it could not be started. */
  private startBy(res: Response): number {
    return Math.min(deadlineOf(res), Date.now() + this.deps.http.requestTimeoutMs);
  }
}

/** Sends the answer to a job that was accepted and is not done: where to ask for it, and when. */
export function sendAccepted(
  res: Response,
  location: string,
  nextPollMs: number | null,
  answer: object,
): void {
  res
    .status(202)
    .set({ Location: location, 'Retry-After': retryAfter(nextPollMs) })
    .json(answer);
}

/** `Retry-After`, in whole seconds. */
export function retryAfter(nextPollMs: number | null): string {
  return String(Math.max(1, Math.ceil((nextPollMs ?? 1_000) / 1_000)));
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
