import type { Logger } from '../../telemetry/logger.js';
import { ApiKeyAuthenticator } from './api-key-authenticator.js';
import { ApiKeySource } from './api-key-source.js';
import { JwtAuthenticator, type JwtSettings } from './jwt-authenticator.js';
import { NoAuthenticator } from './no-authenticator.js';
import type { Authenticator } from './principal.js';

/** Settings of authentication and of operator rights. */
export interface AuthSettings {
  mode: 'none' | 'api-key' | 'jwt';
  apiKeys: readonly string[];
  apiKeysFile: string | undefined;
  adminUsers: readonly string[];
  jwt: JwtSettings;
}

/**
 * Creates the authenticator of AUTH_MODE.
 * @throws ApiKeysError if the keys cannot be read.
 */
export async function createAuthenticator(settings: AuthSettings, logger: Logger): Promise<Authenticator> {
  const { mode, apiKeys: entries, apiKeysFile: file, adminUsers, jwt } = settings;
  if (mode === 'none') return new NoAuthenticator(adminUsers);
  if (mode === 'jwt') return new JwtAuthenticator(jwt, adminUsers, logger);
  return new ApiKeyAuthenticator(await ApiKeySource.open({ entries, file, logger }), adminUsers);
}
