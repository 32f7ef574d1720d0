import { type RequestHandler, type Response, Router } from 'express';
import type { Estimate, FilesEstimate } from '../../contract/http/answers.js';
import { LonghaulError } from '../../contract/errors.js';
import type { DownloadJob } from '../../contract/job.js';
import type { AppDependencies } from '../dependencies.js';
import { etaGuess } from '../../jobs/status/download-status.js';
import { JobResponses } from './shared/job-responses.js';
import { StartJob } from './shared/start-job.js';
import { jsonBody } from '../middleware/json-body.js';
import { timeout } from '../middleware/timeout.js';
import { route } from '../http/define-route.js';

const DEADLINE_MS = 25_000;
const ROUTE_TIMEOUT_MS = DEADLINE_MS + 5_000;

/** Files, missing and renamed ones listed; the totals are of all. */
const MAX_LISTED = 1_000;

/** Ten thousand files are ten thousand requests to the store: nobody may have many such estimates made at once. */
const MAX_AT_ONCE = 2;
const RETRY_AFTER_SECONDS = 5;

/** `POST /estimate`: the same body as `initiate`, and nothing happens. */
export function estimateRoutes(deps: AppDependencies): Router {
  const router = Router();
  const { estimate } = new EstimateHandlers(deps);
  route(router, '/estimate', { post: [timeout(ROUTE_TIMEOUT_MS), ...jsonBody, estimate] });
  return router;
}

class EstimateHandlers {
  private readonly starts: StartJob;
  /** How many are under way, by user. */
  private readonly underWay = new Map<string, number>();

  constructor(private readonly deps: AppDependencies) {
    this.starts = new StartJob(deps, new JobResponses(deps));
  }

  estimate: RequestHandler = async (req, res) => {
    const { job, duplicateFileIds } = this.starts.jobOf(req, res, req.body);
    const gone = new AbortController();
    res.once('close', () => gone.abort());
    const found = await this.inTurn(job.userId, res, () => this.look(job, gone.signal));
    if (!found) return;
    const estimate: Estimate = {
      totalFileIds: job.files.length,
      duplicateFileIds,
      ...this.summary(job, found),
    };
    res.json(estimate);
  };

  private async inTurn<T>(userId: string, res: Response, work: () => Promise<T>): Promise<T> {
    const others = this.underWay.get(userId) ?? 0;
    if (others >= MAX_AT_ONCE) {
      res.set('Retry-After', String(RETRY_AFTER_SECONDS));
      const message = `${others} estimates of yours are under way. Wait for one of them.`;
      throw new LonghaulError('RATE_LIMITED', message);
    }
    this.underWay.set(userId, others + 1);
    try {
      return await work();
    } finally {
      const left = this.underWay.get(userId)! - 1;
      if (left === 0) this.underWay.delete(userId);
      else this.underWay.set(userId, left);
    }
  }

  /** @returns undefined when nobody waits for the answer any more. */
  private async look(job: DownloadJob, gone: AbortSignal): Promise<FilesEstimate | undefined> {
    const late = AbortSignal.timeout(DEADLINE_MS);
    try {
      return await this.deps.estimator.estimate(job, AbortSignal.any([gone, late]));
    } catch (error) {
      if (gone.aborted) return undefined;
      if (!late.aborted) throw error;
      const message = `The files were not looked up within ${DEADLINE_MS / 1_000} s. Try again, or ask for fewer files at once.`;
      throw new LonghaulError('REQUEST_TIMEOUT', message, { cause: error });
    }
  }

  private summary(
    { policy: { maxBytes } }: DownloadJob,
    { files, missing, renamed, ...bytes }: FilesEstimate,
  ) {
    return {
      filesFound: files.length,
      filesMissing: missing.length,
      filesRenamed: renamed.length,
      ...bytes,
      tooLarge: bytes.bytesTotal > maxBytes,
      maxBytes,
      etaSeconds: etaGuess(files.length, bytes.bytesTotal),
      files: files.slice(0, MAX_LISTED),
      missing: missing.slice(0, MAX_LISTED),
      renamed: renamed.slice(0, MAX_LISTED),
      truncated: Math.max(files.length, missing.length, renamed.length) > MAX_LISTED,
    };
  }
}
