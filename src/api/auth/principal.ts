import type { IncomingHttpHeaders } from 'node:http';

/** The authenticated user of a request. */
export interface Principal {
  userId: string;
  /** True if the user may use the operator routes. */
  admin: boolean;
}

/** Identifies the user of a request. */
export interface Authenticator {
  /** @throws LonghaulError UNAUTHENTICATED with the same text for every cause, so that a guess reveals nothing. */
  authenticate(headers: IncomingHttpHeaders): Promise<Principal>;
}
