import type { IncomingHttpHeaders } from 'node:http';
import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { LonghaulError } from '../../contract/errors.js';
import type { Logger } from '../../telemetry/logger.js';
import type { Authenticator, Principal } from './principal.js';
import { bearerTokenOf } from './credentials.js';
import { isUserId } from './user-id.js';

/** How far the clocks of issuer and API may be apart. */
const CLOCK_SKEW_SECONDS = 30;

/** `cooldownMs`: an unknown key makes the key set be fetched anew, yet no more often than this, whoever invents keys. */
const KEY_SET_TIMES = { timeoutMs: 3_000, cooldownMs: 10_000, cacheMs: 600_000 };

export interface JwtSettings {
  /** Where the issuer publishes its public keys (RFC 7517). */
  jwksUrl: string;
  issuer: string;
  audience: string;
  /** The only ones believed, whatever a token says of itself. */
  algorithms: readonly string[];
  /** The claim that names the user. */
  userClaim: string;
}

/** What is wrong with the token rather than with the key set. */
const OF_THE_TOKEN = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported];

/** `AUTH_MODE=jwt`: everybody is who the issuer's token says. Throws AUTH_UNAVAILABLE besides, when its keys are out of reach. */
export class JwtAuthenticator implements Authenticator {
  private readonly keyFor: JWTVerifyGetKey;

  constructor(
    private readonly settings: JwtSettings,
    private readonly adminUsers: readonly string[],
    private readonly logger: Logger,
    times: Partial<typeof KEY_SET_TIMES> = {},
  ) {
    this.keyFor = keySet(settings.jwksUrl, { ...KEY_SET_TIMES, ...times });
  }

  async authenticate(headers: IncomingHttpHeaders): Promise<Principal> {
    const userId = await this.userOf(bearerTokenOf(headers) ?? '');
    return { userId, admin: this.adminUsers.includes(userId) };
  }

  private async userOf(token: string): Promise<string> {
    const { issuer, audience, algorithms, userClaim } = this.settings;
    try {
      const { payload } = await jwtVerify(token, this.keyFor, {
        issuer,
        audience,
        algorithms: [...algorithms],
        clockTolerance: CLOCK_SKEW_SECONDS,
        requiredClaims: ['exp'],
      });
      const userId = payload[userClaim];
      if (isUserId(userId)) return userId;
      this.logger.debug({ claim: userClaim }, 'token names no user');
    } catch (error) {
      if (error instanceof LonghaulError) throw error;
      // For whoever sets this up; nothing of the token itself.
      const { code, claim } = error as { code?: string; claim?: string };
      this.logger.debug({ code, claim }, 'token refused');
    }
    throw new LonghaulError('UNAUTHENTICATED', 'Send a valid token as Authorization: Bearer TOKEN.');
  }
}

/** Looks keys up in the issuer's set, and tells a set that cannot be had from a token whose key is not in it. */
function keySet(url: string, { timeoutMs, cooldownMs, cacheMs }: typeof KEY_SET_TIMES): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(new URL(url), {
    timeoutDuration: timeoutMs,
    cooldownDuration: cooldownMs,
    cacheMaxAge: cacheMs,
  });
  return async (header, token) => {
    try {
      return await remote(header, token);
    } catch (cause) {
      if (OF_THE_TOKEN.some((kind) => cause instanceof kind)) throw cause;
      const message = 'The service that vouches for users does not answer. Try again in a moment.';
      throw new LonghaulError('AUTH_UNAVAILABLE', message, { cause });
    }
  };
}
