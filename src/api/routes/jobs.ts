import { type RequestHandler, Router } from 'express';
import { jobsQuerySchema } from '../../contract/http/schemas.js';
import type { JobsPage } from '../../contract/http/answers.js';
import type { AppDependencies } from '../dependencies.js';
import { JobResponses } from './shared/job-responses.js';
import { StartJob, sendAccepted } from './shared/start-job.js';
import { jsonBody } from '../middleware/json-body.js';
import { malformedId } from '../http/malformed-id.js';
import { patientTimeout, timeout } from '../middleware/timeout.js';
import { principalOf } from '../auth/principal.js';
import { route } from '../http/define-route.js';
import { inTheirNames, startedInSnakeCase, statusInSnakeCase, withOurNames } from './shared/snake-case.js';
import { validate } from '../http/validate.js';

/** Longer than the index of jobs is waited for. */
const LIST_TIMEOUT_MS = 15_000;

/** `/jobs`: the list of one's jobs, and the same jobs as elsewhere, in snake_case. */
export function jobRoutes(deps: AppDependencies): Router {
  const router = Router();
  const handlers = new JobHandlers(deps);
  const quick = timeout(deps.http.requestTimeoutMs);
  route(router, '/jobs', {
    get: [timeout(LIST_TIMEOUT_MS), handlers.list],
    post: [quick, ...jsonBody, handlers.start],
  });
  const patient = patientTimeout(deps.http.requestTimeoutMs);
  route(router, '/jobs/:jobId', { get: [patient, handlers.status] });
  router.use('/jobs', malformedId);
  return router;
}

class JobHandlers {
  private readonly answers: JobResponses;
  private readonly starts: StartJob;

  constructor(private readonly deps: AppDependencies) {
    this.answers = new JobResponses(deps);
    this.starts = new StartJob(deps, this.answers);
  }

  start: RequestHandler = async (req, res) => {
    try {
      const started = await this.starts.start(req, res, withOurNames(req.body));
      const statusUrl = `${this.answers.baseUrl(req)}/v1/download/jobs/${started.jobId}`;
      sendAccepted(res, statusUrl, started.nextPollInMs, startedInSnakeCase(started, statusUrl));
    } catch (error) {
      throw inTheirNames(error);
    }
  };

  status: RequestHandler = async (req, res) => {
    const view = await this.answers.awaitedViewOf(req, res);
    res.json(statusInSnakeCase(await this.answers.statusOf(req, view)));
  };

  list: RequestHandler = async (req, res) => {
    const { status, cursor, limit } = validate(jobsQuerySchema, req.query);
    const found = await this.deps.jobList.list(principalOf(res).userId, {
      status: status ?? null,
      cursor,
      limit,
    });
    const page: JobsPage = {
      jobs: await Promise.all(found.jobs.map((view) => this.answers.statusOf(req, view))),
      nextCursor: found.nextCursor,
    };
    res.json(page);
  };
}
