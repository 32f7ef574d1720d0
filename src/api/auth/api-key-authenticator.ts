import type { IncomingHttpHeaders } from 'node:http';
import { LonghaulError } from '../../contract/errors.js';
import type { Authenticator, Principal } from './principal.js';
import type { ApiKeySource } from './api-key-source.js';
import { apiKeyOf } from './credentials.js';

/** `AUTH_MODE=api-key`: everybody is the user whose key they show. */
export class ApiKeyAuthenticator implements Authenticator {
  constructor(
    private readonly source: ApiKeySource,
    private readonly adminUsers: readonly string[],
  ) {}

  async authenticate(headers: IncomingHttpHeaders): Promise<Principal> {
    const key = apiKeyOf(headers);
    const keys = await this.source.current();
    // No key is nobody's, even where an entry was made of an empty one by mistake.
    const userId = key ? keys.ownerOf(key) : undefined;
    if (userId === undefined) {
      const message = 'Send a valid key as Authorization: Bearer KEY, or as X-Api-Key.';
      throw new LonghaulError('UNAUTHENTICATED', message);
    }
    return { userId, admin: this.adminUsers.includes(userId) };
  }
}
