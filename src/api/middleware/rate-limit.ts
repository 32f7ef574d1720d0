import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import { ipKeyGenerator, type Options, rateLimit } from 'express-rate-limit';
import { LRUCache } from 'lru-cache';
import { errorCodeOf, LonghaulError } from '../../contract/errors.js';
import { apiKeyOf } from '../auth/credentials.js';
import { principalOf } from '../auth/principal.js';
import { RequestCounts } from './request-counts.js';
import { provedKeyOf } from '../auth/authenticated.js';

/** Requests per user and window of this process; 0 for no limit. */
export interface RateLimit {
  windowMs: number;
  maxRequests: number;
}

/** However few requests a user may make: many users may share an address, and each of them may mistype. */
const FEWEST_FAILURES = 100;

/** Keys and tokens of this many clients are remembered as good. */
const REMEMBERED = 10_000;

/**
 * Authentication with limits around it. Who is known is limited by name. Failures are limited by address, and an address
 * that had too many is not even heard until its window is over: so keys cannot be guessed, and nobody is kept busy. Whoever
 * was let in within the last window is heard still: one client with a wrong key must not shut out those behind its proxy.
 */
export function rateLimited(
  { windowMs, maxRequests }: RateLimit,
  authenticate: RequestHandler,
): (RequestHandler | ErrorRequestHandler)[] {
  if (maxRequests === 0) return [authenticate];
  const maxFailures = Math.max(FEWEST_FAILURES, maxRequests);
  const byUser = limiter({
    windowMs,
    limit: maxRequests,
    keyGenerator: (_req, res) => principalOf(res).userId,
  });
  const byAddress = limiter({ windowMs, limit: maxFailures, keyGenerator: addressOf });
  const good = new LRUCache<string, true>({ max: REMEMBERED, ttl: windowMs });
  const refuse: RequestHandler = async (req, res, next) => {
    if (good.has(apiKeyOf(req.headers) ?? '')) return next();
    const counted = await byAddress.getKey(addressOf(req));
    if ((counted?.totalHits ?? 0) < maxFailures) next();
    else await byAddress(req, res, next);
  };
  const count: ErrorRequestHandler = async (error, req, res, next) => {
    if (errorCodeOf(error) !== 'UNAUTHENTICATED') next(error);
    else await byAddress(req, res, (limited?: unknown) => next(limited ?? error));
  };
  const remember: RequestHandler = (_req, res, next) => {
    const proved = provedKeyOf(res);
    if (proved !== undefined) good.set(proved, true);
    next();
  };
  return [refuse, authenticate, count, remember, byUser];
}

function limiter(options: Pick<Options, 'windowMs' | 'limit' | 'keyGenerator'>) {
  return rateLimit({
    ...options,
    store: new RequestCounts(options.windowMs),
    standardHeaders: 'draft-6',
    legacyHeaders: false,
    handler: (_req, _res, next) => {
      const message = 'Too many requests. Retry-After says in how many seconds to go on.';
      next(new LonghaulError('RATE_LIMITED', message));
    },
  });
}

/** One household or server is one address: of IPv6, whoever has one has a whole /56 of them. */
function addressOf({ ip }: Request): string {
  return ipKeyGenerator(ip ?? '');
}
