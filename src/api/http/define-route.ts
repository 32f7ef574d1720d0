import type { ErrorRequestHandler, RequestHandler, Router } from 'express';
import { jobNotFound, LonghaulError } from '../../contract/errors.js';
import { contextOf } from './request-context.js';

type Method = 'get' | 'post' | 'delete';

/** Registers the handlers of a path. Other methods are answered 405 with `Allow`. */
export function route(
  router: Router,
  path: string,
  handlers: Partial<Record<Method, RequestHandler[]>>,
): void {
  // Remembered, because Express forgets the path of the router before it answers an error.
  const remember: RequestHandler = (req, res, next) => {
    // Routes match in any case, and each spelling would be a series of its own in the metrics.
    contextOf(res).route = req.baseUrl.toLowerCase() + path;
    next();
  };
  const methods = Object.keys(handlers) as Method[];
  for (const method of methods) router[method](path, remember, ...handlers[method]!);
  const allow = methods
    .flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]))
    .join(', ');
  router.all(path, remember, (req, res, next) => {
    res.set('Allow', allow);
    next(new LonghaulError('METHOD_NOT_ALLOWED', `${req.method} is not allowed here. Use ${allow}.`));
  });
}

/** Reports a job id with invalid percent-encoding as an unknown job. */
export const malformedId: ErrorRequestHandler = (error, _req, _res, next) => {
  next(error instanceof URIError ? jobNotFound(error) : error);
};
