import type { IncomingHttpHeaders } from 'node:http';
import { LonghaulError } from '../../contract/errors.js';
import type { ApiKeySource } from './api-key-source.js';
import { markOfKey } from './api-keys.js';
import { apiKeyOf } from './credentials.js';
import type { Authenticator, KeyMarks, Principal } from './principal.js';

/** `AUTH_MODE=api-key`: identifies the user by an API key. */
export class ApiKeyAuthenticator implements Authenticator {
  constructor(
    private readonly source: ApiKeySource,
    private readonly adminUsers: readonly string[],
  ) {}

  readonly keys: KeyMarks = {
    markOf: markOfKey,
    has: async (userId, mark) => (await this.source.current()).hasMark(userId, mark),
  };

  async authenticate(headers: IncomingHttpHeaders): Promise<Principal> {
    const key = apiKeyOf(headers);
    const keys = await this.source.current();
    // Reject an empty key, even if an entry was created from one by mistake.
    const userId = key ? keys.ownerOf(key) : undefined;
    if (userId === undefined) {
      const message = 'Send a valid key as Authorization: Bearer KEY, or as X-Api-Key.';
      throw new LonghaulError('UNAUTHENTICATED', message);
    }
    return { userId, admin: this.isAdmin(userId) };
  }

  isAdmin(userId: string): boolean {
    return this.adminUsers.includes(userId);
  }
}
