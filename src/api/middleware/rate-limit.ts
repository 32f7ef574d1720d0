import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import {
  type ClientRateLimitInfo,
  ipKeyGenerator,
  type Options,
  rateLimit,
  type Store,
} from 'express-rate-limit';
import { LRUCache } from 'lru-cache';
import { errorCodeOf, LonghaulError } from '../../contract/errors.js';
import { apiKeyOf } from '../auth/credentials.js';
import { principalOf, provedKeyOf } from '../http/request-context.js';

/** Requests per user, or address, and window of this process; `maxRequests: 0` disables the limit. */
export interface RateLimit {
  windowMs: number;
  maxRequests: number;
}

/** Lower bound of failed logins per address, because many users may share one address. */
const MIN_FAILURES = 100;

/** Proved keys and tokens remembered for one window. */
const MAX_PROVED_KEYS = 10_000;

/** Clients counted at once; each takes about 200 bytes. */
const MAX_CLIENTS = 100_000;

/**
 * Wraps authentication in rate limits: known users by id, failed logins by address. An address over its limit is rejected
 * before its credentials are checked, which stops guessing and saves the check. Credentials that worked within the
 * window are still accepted, otherwise one client with a wrong key would block everyone behind the same proxy.
 */
export function rateLimited(
  { windowMs, maxRequests }: RateLimit,
  authenticate: RequestHandler,
): (RequestHandler | ErrorRequestHandler)[] {
  if (maxRequests === 0) return [authenticate];
  const maxFailures = Math.max(MIN_FAILURES, maxRequests);
  const byUser = limiter({
    windowMs,
    limit: maxRequests,
    keyGenerator: (_req, res) => principalOf(res).userId,
  });
  const byAddress = limiter({ windowMs, limit: maxFailures, keyGenerator: addressOf });
  const provedKeys = new LRUCache<string, true>({ max: MAX_PROVED_KEYS, ttl: windowMs });
  const rejectAddress: RequestHandler = async (req, res, next) => {
    if (provedKeys.has(apiKeyOf(req.headers) ?? req.headers.cookie ?? '')) return next();
    const failures = await byAddress.getKey(addressOf(req));
    if ((failures?.totalHits ?? 0) < maxFailures) next();
    else await byAddress(req, res, next);
  };
  const countFailure: ErrorRequestHandler = async (error, req, res, next) => {
    if (errorCodeOf(error) !== 'UNAUTHENTICATED') next(error);
    else await byAddress(req, res, (limited?: unknown) => next(limited ?? error));
  };
  const rememberKey: RequestHandler = (_req, res, next) => {
    const key = provedKeyOf(res);
    if (key !== undefined) provedKeys.set(key, true);
    next();
  };
  return [rejectAddress, authenticate, countFailure, rememberKey, byUser];
}

/**
 * Limits requests by address, for routes without a user. Skips a request that was counted already, because the answer has
 * one set of headers.
 */
export function rateLimitedByAddress({ windowMs, maxRequests }: RateLimit): RequestHandler {
  if (maxRequests === 0) return (_req, _res, next) => next();
  return limiter({ windowMs, limit: maxRequests, keyGenerator: addressOf, skip: isCounted });
}

const isCounted: Options['skip'] = (_req, res) => res.hasHeader('RateLimit-Policy');

function limiter(
  options: Pick<Options, 'windowMs' | 'limit' | 'keyGenerator'> & Partial<Pick<Options, 'skip'>>,
) {
  return rateLimit({
    ...options,
    store: new RequestCounts(options.windowMs),
    standardHeaders: 'draft-6',
    legacyHeaders: false,
    handler: (_req, _res, next) => {
      const message = 'Too many requests. Retry after the number of seconds in Retry-After.';
      next(new LonghaulError('RATE_LIMITED', message));
    },
  });
}

/** Counts a whole IPv6 /56 as one address, because one customer usually owns all of it. */
function addressOf({ ip }: Request): string {
  return ipKeyGenerator(ip ?? '');
}

/**
 * Requests per client. Each client's window begins with its first request. Bounds its memory by evicting the least recently
 * seen client, because AUTH_MODE=none accepts any user name.
 */
export class RequestCounts implements Store {
  readonly localKeys = true;
  private readonly counts = new LRUCache<string, { totalHits: number; endsAt: number }>({
    max: MAX_CLIENTS,
  });

  constructor(private readonly windowMs: number) {}

  get(key: string): ClientRateLimitInfo | undefined {
    const count = this.current(key);
    return count && infoOf(count);
  }

  increment(key: string): ClientRateLimitInfo {
    const { totalHits, endsAt } = this.current(key) ?? {
      totalHits: 0,
      endsAt: performance.now() + this.windowMs,
    };
    const count = { totalHits: totalHits + 1, endsAt };
    this.counts.set(key, count);
    return infoOf(count);
  }

  decrement(key: string): void {
    const count = this.counts.get(key);
    if (count && count.totalHits > 0) count.totalHits -= 1;
  }

  resetKey(key: string): void {
    this.counts.delete(key);
  }

  /** The count of a window that has not ended. */
  private current(key: string) {
    const count = this.counts.get(key);
    return count && count.endsAt > performance.now() ? count : undefined;
  }
}

/** The library wants the end of the window by the wall clock; the count itself is kept by one that nobody adjusts. */
function infoOf({ totalHits, endsAt }: { totalHits: number; endsAt: number }): ClientRateLimitInfo {
  return { totalHits, resetTime: new Date(Date.now() + endsAt - performance.now()) };
}
