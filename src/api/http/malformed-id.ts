import type { ErrorRequestHandler } from 'express';
import { jobNotFound } from '../../contract/errors.js';

/** An id that is not even decodable is told like any other that is nobody's. */
export const malformedId: ErrorRequestHandler = (error, _req, _res, next) => {
  next(error instanceof URIError ? jobNotFound(error) : error);
};
