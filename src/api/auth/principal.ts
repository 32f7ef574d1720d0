import type { IncomingHttpHeaders } from 'node:http';
import type { Response } from 'express';

/** On whose behalf a request is made. */
export interface Principal {
  userId: string;
  /** May use the operators' routes. */
  admin: boolean;
}

/** Tells who makes a request. */
export interface Authenticator {
  /** @throws LonghaulError UNAUTHENTICATED, the same for every reason: nobody learns which part of a guess was right. */
  authenticate(headers: IncomingHttpHeaders): Promise<Principal>;
}

/** The principal of a request that went through `authenticated`. */
export function principalOf(res: Response): Principal {
  const principal = res.locals['principal'] as Principal | undefined;
  if (!principal) throw new Error('This route is reached without authentication');
  return principal;
}
