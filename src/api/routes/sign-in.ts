import { type ErrorRequestHandler, type RequestHandler, type Response, Router } from 'express';
import { LonghaulError } from '../../contract/errors.js';
import type { SignInLink } from '../../contract/http/sign-in-schemas.js';
import { clearSignIn, setSignIn } from '../auth/sign-in-cookie.js';
import type { SignedInUser } from '../auth/sign-ins.js';
import type { AppDependencies } from '../dependencies.js';
import { route } from '../http/define-route.js';
import { contextOf, principalOf, provedKeyOf } from '../http/request-context.js';
import type { JobResponses } from './shared/job-responses.js';

const SIGN_IN = '/v1/sign-in';
const SIGN_IN_LINKS = `${SIGN_IN}/links`;

type Dependencies = Pick<AppDependencies, 'signIns' | 'authMode' | 'http'>;

interface Guards {
  /** Authenticates and counts by user. */
  authentication: readonly (RequestHandler | ErrorRequestHandler)[];
  /** Counts by address: a sign-out works also when the sign-in has ended. */
  limitedByAddress: RequestHandler;
}

/** `/v1/sign-in`: a cookie for our own pages, its removal, and links by which applications sign a person in. */
export function signInRoutes(
  deps: Dependencies,
  responses: JobResponses,
  { authentication, limitedByAddress }: Guards,
): Router {
  const router = Router();
  const { signIns, authMode, http } = deps;
  const available: RequestHandler = (_req, _res, next) => {
    const message = 'This server needs no sign-in, because AUTH_MODE is none.';
    next(authMode === 'none' ? new LonghaulError('ROUTE_NOT_FOUND', message) : undefined);
  };
  const userOf = (res: Response): SignedInUser =>
    contextOf(res).signIn ?? signIns.userOf(principalOf(res).userId, provedKeyOf(res));
  const signIn: RequestHandler = (_req, res) => {
    setSignIn(res, http.publicUrl, signIns.issueCookie(userOf(res)), signIns.ttlMs);
    res.status(204).end();
  };
  const signOut: RequestHandler = (_req, res) => {
    clearSignIn(res, http.publicUrl);
    res.status(204).end();
  };
  const link: RequestHandler = (req, res) => {
    const { ticket, expiresAt } = signIns.issueTicket(userOf(res));
    const answer: SignInLink = { url: `${responses.baseUrl(req)}/#sign-in=${ticket}`, expiresAt };
    res.status(201).json(answer);
  };
  for (const path of [SIGN_IN, SIGN_IN_LINKS]) router.post(path, available, ...authentication);
  route(router, SIGN_IN, { post: [signIn], delete: [limitedByAddress, available, signOut] });
  route(router, SIGN_IN_LINKS, { post: [link] });
  return router;
}
