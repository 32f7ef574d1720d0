import { type RequestHandler, Router } from 'express';
import type { JobsPage } from '../../contract/http/answers.js';
import { jobsQuerySchema } from '../../contract/http/schemas.js';
import type { AppDependencies } from '../dependencies.js';
import { malformedId, route } from '../http/define-route.js';
import { principalOf } from '../http/request-context.js';
import { validate } from '../http/validate.js';
import { jsonBody } from '../middleware/json-body.js';
import { patientTimeout, timeout } from '../middleware/timeout.js';
import type { JobResponses } from './shared/job-responses.js';
import {
  errorInSnakeCase,
  fromSnakeCase,
  startedInSnakeCase,
  statusInSnakeCase,
} from './shared/snake-case.js';
import type { StartJob } from './shared/start-job.js';
import { sendAccepted, startRequestedJob } from './shared/start-request.js';

/** Longer than the deadline of the job list's own calls. */
const LIST_TIMEOUT_MS = 15_000;

type Dependencies = Pick<AppDependencies, 'jobList' | 'http' | 'limits'>;

/** `/jobs`: the list of the user's jobs, and start and status in snake_case. */
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
    res.json(statusInSnakeCase(await this.responses.statusOf(req, view)));
  };

  list: RequestHandler = async (req, res) => {
    const { status, cursor, limit } = validate(jobsQuerySchema, req.query);
    const query = { status: status ?? null, cursor, limit };
    const { jobs, nextCursor } = await this.deps.jobList.list(principalOf(res).userId, query);
    const page: JobsPage = {
      jobs: await Promise.all(jobs.map((view) => this.responses.statusOf(req, view))),
      nextCursor,
    };
    res.json(page);
  };
}
