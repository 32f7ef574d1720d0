import type { RequestHandler } from 'express';
import { LonghaulError } from '../../contract/errors.js';
import type { HttpOptions } from '../dependencies.js';
import { isAllowedOrigin } from '../streams/origin.js';

const JSON_TYPES = ['application/json', 'application/*+json'];

/**
 * Rejects bodies of foreign pages that are not labeled as JSON. Browsers ask for permission (CORS) before they send JSON,
 * but not before they send text.
 */
export function pageOrigin(http: Pick<HttpOptions, 'corsOrigins' | 'publicUrl'>): RequestHandler {
  return (req, _res, next) => {
    if (req.is(JSON_TYPES) !== false || isAllowedOrigin(req, http)) next();
    else next(new LonghaulError('FORBIDDEN', MESSAGE));
  };
}

const MESSAGE = 'Pages of this origin may not use this API. An operator can add the origin to CORS_ORIGINS.';
