import type { Request, RequestHandler } from 'express';
import type { AppDependencies } from '../dependencies.js';
import { contextOf } from '../http/request-context.js';
import { bearerTokenOf, hasCredentials } from './credentials.js';
import { isOwnPage } from './own-page.js';
import { readSignIn } from './sign-in-cookie.js';
import type { SignedInUser } from './sign-ins.js';

const SIGN_IN = /^\/v1\/sign-in\/?$/i;
const SIGN_IN_LINKS = /^\/v1\/sign-in\/links\/?$/i;

type Dependencies = Pick<AppDependencies, 'signIns' | 'authMode' | 'authenticator' | 'http'>;

/**
 * Accepts the cookie of a sign-in from our own pages. All other requests go to `authenticate`; so do those with other
 * credentials, right or wrong, because a header takes precedence.
 */
export function signedIn(deps: Dependencies, authenticate: RequestHandler): RequestHandler {
  if (deps.authMode === 'none') return authenticate;
  return async (req, res, next) => {
    const user = await userOf(deps, req);
    if (!user) {
      await authenticate(req, res, next);
      return;
    }
    const context = contextOf(res);
    context.principal = { userId: user.userId, admin: deps.authenticator.isAdmin(user.userId) };
    context.signIn = user;
    context.provedKey = hasCredentials(req.headers) ? undefined : req.headers.cookie;
    next();
  };
}

async function userOf(
  { signIns, http: { publicUrl } }: Dependencies,
  req: Request,
): Promise<SignedInUser | undefined> {
  const path = req.baseUrl + req.path;
  // Only a ticket or a key signs in. Otherwise a sign-in could renew itself forever.
  if (SIGN_IN.test(path)) return signIns.verifyTicket(bearerTokenOf(req.headers) ?? '');
  if (SIGN_IN_LINKS.test(path) || hasCredentials(req.headers)) return undefined;
  const cookie = readSignIn(req, publicUrl);
  return cookie !== undefined && isOwnPage(req, publicUrl) ? signIns.verifyCookie(cookie) : undefined;
}
