import { setMaxListeners } from 'node:events';
import { type RequestHandler, Router } from 'express';
import { UserSemaphore } from '../../concurrency/user-semaphore.js';
import { LonghaulError } from '../../contract/errors.js';
import type { Estimate, FilesEstimate } from '../../contract/http/answers.js';
import type { DownloadJob } from '../../contract/job.js';
import { etaOfNewJob } from '../../jobs/status/eta.js';
import type { AppDependencies } from '../dependencies.js';
import { route } from '../http/define-route.js';
import { disconnected } from '../http/disconnected.js';
import { jsonBody } from '../middleware/json-body.js';
import { timeout } from '../middleware/timeout.js';
import type { StartJob } from './shared/start-job.js';
import { requestedJob } from './shared/start-request.js';

const DEADLINE_MS = 25_000;
const ROUTE_TIMEOUT_MS = DEADLINE_MS + 5_000;

/** Maximum length of each list: found, missing and renamed files. The totals count all. */
const MAX_LISTED = 1_000;

/** Estimates of one user at once, without a queue: 10,000 files are 10,000 requests to the store. */
const MAX_CONCURRENT = 2;

type Dependencies = Pick<AppDependencies, 'estimator' | 'limits' | 'transferRate'>;

/** `POST /estimate`: a dry run of `initiate`. */
export function estimateRoutes(deps: Dependencies, startJob: StartJob): Router {
  const router = Router();
  const { estimate } = new EstimateHandlers(deps, startJob);
  route(router, '/estimate', {
    post: [...jsonBody(deps.limits.maxFiles), timeout(ROUTE_TIMEOUT_MS), estimate],
  });
  return router;
}

class EstimateHandlers {
  private readonly semaphore = new UserSemaphore(MAX_CONCURRENT);

  constructor(
    private readonly deps: Dependencies,
    private readonly startJob: StartJob,
  ) {}

  estimate: RequestHandler = async (req, res) => {
    const { job, duplicateFileIds } = requestedJob(this.startJob, req, res, req.body);
    const signal = disconnected(res);
    const found = await this.semaphore
      .run(job.userId, () => this.lookUp(job, signal))
      .catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    if (!found) return;
    const estimate: Estimate = {
      totalFileIds: job.files.length,
      duplicateFileIds,
      ...this.summary(job, found),
    };
    res.json(estimate);
  };

  private async lookUp(job: DownloadJob, signal: AbortSignal): Promise<FilesEstimate> {
    const timeoutSignal = AbortSignal.timeout(DEADLINE_MS);
    const either = AbortSignal.any([signal, timeoutSignal]);
    // Every request to the store listens to it, so Node would warn of a leak.
    setMaxListeners(0, either);
    try {
      return await this.deps.estimator.estimate(job, either);
    } catch (error) {
      if (signal.aborted || !timeoutSignal.aborted) throw error;
      const message = `Looking up the files took longer than ${DEADLINE_MS / 1_000} s. Try again, or request fewer files at once.`;
      throw new LonghaulError('REQUEST_TIMEOUT', message, { cause: error });
    }
  }

  private summary({ policy }: DownloadJob, { files, missing, renamed, ...bytes }: FilesEstimate) {
    const { maxBytes } = policy;
    return {
      filesFound: files.length,
      filesMissing: missing.length,
      filesRenamed: renamed.length,
      ...bytes,
      tooLarge: bytes.bytesTotal > maxBytes,
      maxBytes,
      etaSeconds: etaOfNewJob(policy, files.length, bytes.bytesTotal, this.deps.transferRate.recent),
      files: files.slice(0, MAX_LISTED),
      missing: missing.slice(0, MAX_LISTED),
      renamed: renamed.slice(0, MAX_LISTED),
      truncated: Math.max(files.length, missing.length, renamed.length) > MAX_LISTED,
    };
  }
}
