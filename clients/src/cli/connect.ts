import { LonghaulClient } from '../client/index.js';
import { expectedFetch } from './answers/expected-fetch.js';
import type { Server } from './credentials/server.js';

/** Time for which requests are repeated while the server is busy or restarts. */
const RETRY_FOR_MS = 15_000;

/** Creates the client of a command. @param retryForMs time for which requests are repeated. */
export function clientOf(
  { url, token }: Pick<Server, 'url' | 'token'>,
  retryForMs = RETRY_FOR_MS,
): LonghaulClient {
  return new LonghaulClient({ baseUrl: url, token, retryForMs, fetch: expectedFetch });
}
