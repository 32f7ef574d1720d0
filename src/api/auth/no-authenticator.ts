import type { IncomingHttpHeaders } from 'node:http';
import { LonghaulError } from '../../contract/errors.js';
import type { Authenticator, Principal } from './principal.js';

const ANONYMOUS = 'anonymous';
const USER_ID = /^[\x21-\x7e]{1,128}$/;

/** `AUTH_MODE=none`: trusts the header `X-User-Id`, so that per-user limits can be tried without keys. */
export class NoAuthenticator implements Authenticator {
  /** @param adminUsers defaults to `anonymous` if empty: without authentication an empty list would protect nothing. */
  constructor(private readonly adminUsers: readonly string[]) {}

  async authenticate(headers: IncomingHttpHeaders): Promise<Principal> {
    const userId = String(headers['x-user-id'] ?? ANONYMOUS);
    if (!USER_ID.test(userId)) {
      const message = 'X-User-Id must have 1 to 128 printable ASCII characters without spaces.';
      throw new LonghaulError('UNAUTHENTICATED', message);
    }
    return { userId, admin: this.isAdmin(userId) };
  }

  isAdmin(userId: string): boolean {
    const admins = this.adminUsers.length > 0 ? this.adminUsers : [ANONYMOUS];
    return admins.includes(userId);
  }
}
