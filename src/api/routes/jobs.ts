import { type RequestHandler, Router } from 'express';
import { jobsQuerySchema } from '../../contract/http/schemas.js';
import type { WatchedJobsPage } from '../../contract/http/snake-case-schemas.js';
import { statusesOf } from '../../contract/http/status-filter.js';
import type { AppDependencies } from '../dependencies.js';
import { malformedId, route } from '../http/define-route.js';
import { principalOf } from '../http/request-context.js';
import { validate } from '../http/validate.js';
import { jsonBody } from '../middleware/json-body.js';
import { patientTimeout, timeout } from '../middleware/timeout.js';
import { LIST_TIMEOUT_MS } from './list.js';
import type { JobResponses } from './shared/job-responses.js';
import {
  errorInSnakeCase,
  fromSnakeCase,
  startedInSnakeCase,
  statusInSnakeCase,
} from './shared/snake-case.js';
import type { StartJob } from './shared/start-job.js';
import { sendAccepted, startRequestedJob } from './shared/start-request.js';

type Dependencies = Pick<AppDependencies, 'jobList' | 'http' | 'limits'>;

/** `/jobs`: start, status and list of the user's jobs in snake_case. */
export function jobRoutes(deps: Dependencies, responses: JobResponses, startJob: StartJob): Router {
  const router = Router();
  const handlers = new JobHandlers(deps, responses, startJob);
  const body = jsonBody(deps.limits.maxFiles);
  const quick = timeout(deps.http.requestTimeoutMs);
  route(router, '/jobs', {
    get: [timeout(LIST_TIMEOUT_MS), handlers.list],
    post: [...body, quick, handlers.start],
  });
  const patient = patientTimeout(deps.http.requestTimeoutMs);
  route(router, '/jobs/:jobId', { get: [patient, handlers.status] });
  router.use('/jobs', malformedId);
  return router;
}

class JobHandlers {
  constructor(
    private readonly deps: Dependencies,
    private readonly responses: JobResponses,
    private readonly startJob: StartJob,
  ) {}

  start: RequestHandler = async (req, res) => {
    try {
      const body = fromSnakeCase(req.body);
      const started = this.responses.started(req, await startRequestedJob(this.startJob, req, res, { body }));
      const statusUrl = `${this.responses.baseUrl(req)}/v1/download/jobs/${started.jobId}`;
      sendAccepted(res, statusUrl, started.nextPollInMs, startedInSnakeCase(started, statusUrl));
    } catch (error) {
      throw errorInSnakeCase(error);
    }
  };

  status: RequestHandler = async (req, res) => {
    const view = await this.responses.awaitedViewOf(req, res);
    res.json(statusInSnakeCase(await this.responses.linkedStatusOf(req, view)));
  };

  list: RequestHandler = async (req, res) => {
    const { status, cursor, limit } = validate(jobsQuerySchema, req.query);
    const query = { statuses: statusesOf(status), cursor, limit };
    const { jobs, nextCursor } = await this.deps.jobList.list(principalOf(res).userId, query);
    const statuses = await Promise.all(jobs.map((view) => this.responses.linkedStatusOf(req, view)));
    const answer: WatchedJobsPage = { jobs: statuses.map(statusInSnakeCase), next_cursor: nextCursor };
    res.json(answer);
  };
}
