import type { IncomingHttpHeaders } from 'node:http';
import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { LonghaulError } from '../../contract/errors.js';
import type { Logger } from '../../telemetry/logger.js';
import { bearerTokenOf, isUserId } from './credentials.js';
import type { Authenticator, Principal } from './principal.js';

/** Tolerated clock skew between the issuer and the API. */
const CLOCK_SKEW_SECONDS = 30;

/** `cooldownMs`: minimum time between reloads that unknown key ids cause, because anyone can invent key ids. */
const KEY_SET_TIMES = { timeoutMs: 3_000, cooldownMs: 10_000, cacheMs: 600_000 };

export interface JwtSettings {
  /** URL of the issuer's public keys (RFC 7517). */
  jwksUrl: string;
  issuer: string;
  audience: string;
  /** Accepted signature algorithms. A token with another one is rejected. */
  algorithms: readonly string[];
  /** The claim that holds the user id. */
  userClaim: string;
}

/** Lookup errors caused by the token, not by the key set. */
const TOKEN_ERRORS = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported];

/** `AUTH_MODE=jwt`: identifies the user by a token of the issuer. Also throws AUTH_UNAVAILABLE if the issuer's keys cannot be fetched. */
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
    return { userId, admin: this.isAdmin(userId) };
  }

  isAdmin(userId: string): boolean {
    return this.adminUsers.includes(userId);
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
      this.logger.debug({ claim: userClaim }, 'token has no valid user id');
    } catch (error) {
      if (error instanceof LonghaulError) throw error;
      // Helps operators with the setup. Never log the token or its claims.
      const { code, claim } = error as { code?: string; claim?: string };
      this.logger.debug({ code, claim }, 'token rejected');
    }
    throw new LonghaulError('UNAUTHENTICATED', 'Send a valid token as Authorization: Bearer TOKEN.');
  }
}

/** Looks up keys in the issuer's set. Throws AUTH_UNAVAILABLE for an unreachable set, jose's error for an unknown key. */
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
      if (TOKEN_ERRORS.some((kind) => cause instanceof kind)) throw cause;
      const message = 'The identity provider is not responding. Try again in a moment.';
      throw new LonghaulError('AUTH_UNAVAILABLE', message, { cause });
    }
  };
}
