import { type RequestHandler, Router } from 'express';
import type { JobsPage } from '../../contract/http/answers.js';
import { downloadsQuerySchema } from '../../contract/http/schemas.js';
import { statusesOf } from '../../contract/http/status-filter.js';
import type { AppDependencies } from '../dependencies.js';
import { route } from '../http/define-route.js';
import { principalOf } from '../http/request-context.js';
import { validate } from '../http/validate.js';
import { timeout } from '../middleware/timeout.js';
import type { JobResponses } from './shared/job-responses.js';

/** Longer than the deadline of the job list's own calls. */
export const LIST_TIMEOUT_MS = 15_000;

/** `GET /v1/downloads`: the user's jobs. */
export function listRoutes({ jobList }: Pick<AppDependencies, 'jobList'>, responses: JobResponses): Router {
  const router = Router();
  const list: RequestHandler = async (req, res) => {
    const { status, cursor, limit } = validate(downloadsQuerySchema, req.query);
    const query = { statuses: statusesOf(status), cursor, limit };
    const { jobs, nextCursor } = await jobList.list(principalOf(res).userId, query);
    const answer: JobsPage = {
      jobs: await Promise.all(jobs.map((view) => responses.statusOf(req, view))),
      nextCursor,
    };
    res.json(answer);
  };
  route(router, '/downloads', { get: [timeout(LIST_TIMEOUT_MS), list] });
  return router;
}
