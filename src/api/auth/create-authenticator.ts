import type { Logger } from '../../telemetry/logger.js';
import type { Authenticator } from './principal.js';
import { ApiKeyAuthenticator } from './api-key-authenticator.js';
import { ApiKeySource } from './api-key-source.js';
import { JwtAuthenticator, type JwtSettings } from './jwt-authenticator.js';
import { NoAuthenticator } from './no-authenticator.js';

/** How requests are told apart, and whose are an operator's. */
export interface AuthSettings {
  mode: 'none' | 'api-key' | 'jwt';
  apiKeys: readonly string[];
  apiKeysFile: string | undefined;
  adminUsers: readonly string[];
  jwt: JwtSettings;
}

/**
 * The authenticator that the settings choose.
 * @throws ApiKeysError when keys cannot be read.
 */
export async function createAuthenticator(settings: AuthSettings, logger: Logger): Promise<Authenticator> {
  const { mode, apiKeys: entries, apiKeysFile: file, adminUsers, jwt } = settings;
  if (mode === 'none') return new NoAuthenticator(adminUsers);
  if (mode === 'jwt') return new JwtAuthenticator(jwt, adminUsers, logger);
  return new ApiKeyAuthenticator(await ApiKeySource.open({ entries, file, logger }), adminUsers);
}
