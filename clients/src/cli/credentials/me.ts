import { ApiConnection } from '../../client/connection.js';
import type { Server } from './server.js';

/** Answer of `GET /v1/me`: the caller, as the server knows them. */
export interface Me {
  userId: string;
  limits?: Record<string, unknown>;
  version?: string;
}

/** Asks a server who the caller is. @throws LonghaulError UNAUTHENTICATED and others. */
export function whoIs({ url, token }: Pick<Server, 'url' | 'token'>): Promise<Me> {
  const connection = new ApiConnection({
    baseUrl: url,
    retryForMs: 10_000,
    ...(token !== undefined && { token }),
  });
  return connection.json<Me>({ path: 'v1/me' });
}
