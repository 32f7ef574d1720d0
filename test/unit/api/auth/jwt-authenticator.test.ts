import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  base64url,
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from 'jose';
import { JwtAuthenticator } from '../../../../src/api/auth/jwt-authenticator.js';
import { createLogger } from '../../../../src/telemetry/logger.js';

const ISSUER = 'https://issuer.example/';
const AUDIENCE = 'longhaul';

const seconds = () => Math.floor(Date.now() / 1_000);

describe('JwtAuthenticator', () => {
  let jwks: Server;
  let url: string;
  /** Published keys; the server responds 500 when null. */
  let published: object[] | null;
  let fetched = 0;
  const logged: string[] = [];
  const logger = createLogger('debug', 'test', { destination: { write: (line) => void logged.push(line) } });
  let rsa: { publicKey: CryptoKey; privateKey: CryptoKey };
  let other: typeof rsa;
  let ec: typeof rsa;
  let authenticator: JwtAuthenticator;

  beforeAll(async () => {
    const pair = (alg: string) => generateKeyPair(alg, { extractable: true });
    [rsa, other, ec] = await Promise.all([pair('RS256'), pair('RS256'), pair('ES256')]);
    jwks = createServer((_req, res) => {
      fetched += 1;
      if (published === null) res.writeHead(500).end('down');
      else res.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: published }));
    });
    jwks.listen(0, '127.0.0.1');
    await once(jwks, 'listening');
    url = `http://127.0.0.1:${(jwks.address() as AddressInfo).port}/jwks`;
  });
  afterAll(async () => {
    jwks.close();
    jwks.closeAllConnections();
    await once(jwks, 'close');
  });

  beforeEach(async () => {
    published = [await jwk(rsa.publicKey, 'rsa-1', 'RS256'), await jwk(ec.publicKey, 'ec-1', 'ES256')];
    fetched = 0;
    authenticator = against(url);
  });

  function against(jwksUrl: string, userClaim = 'sub', times = {}) {
    const settings = {
      jwksUrl,
      issuer: ISSUER,
      audience: AUDIENCE,
      algorithms: ['RS256', 'ES256'],
      userClaim,
    };
    return new JwtAuthenticator(settings, ['grace'], logger, times);
  }

  async function jwk(key: CryptoKey, kid: string, alg: string) {
    return { ...(await exportJWK(key)), kid, alg, use: 'sig' };
  }

  /** Claims of a valid token, changed by `claims`. An undefined claim is omitted. */
  function claimsOf(claims: JWTPayload): JWTPayload {
    const all = { sub: 'ada', iss: ISSUER, aud: AUDIENCE, exp: seconds() + 300, ...claims };
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  }

  function token(claims: JWTPayload = {}, header: Partial<JWTHeaderParameters> = {}, key = rsa.privateKey) {
    return new SignJWT(claimsOf(claims))
      .setProtectedHeader({ alg: 'RS256', kid: 'rsa-1', ...header })
      .sign(key);
  }

  const userOf = async (jwt: string, by = authenticator) =>
    (await by.authenticate({ authorization: `Bearer ${jwt}` })).userId;
  const codeOf = (jwt: string, by = authenticator) =>
    userOf(jwt, by).catch((error: { code: string }) => error.code);

  it('accepts a token of the issuer', async () => {
    const by = (authorization: string) => authenticator.authenticate({ authorization });
    expect(await by(`Bearer ${await token()}`)).toEqual({ userId: 'ada', admin: false });
    expect(await by(`bearer ${await token({ sub: 'grace' })}`)).toEqual({ userId: 'grace', admin: true });
    expect(await userOf(await token({}, { alg: 'ES256', kid: 'ec-1' }, ec.privateKey))).toBe('ada');
    expect(await userOf(await token({ aud: ['elsewhere', AUDIENCE] }))).toBe('ada');
    expect(fetched).toBe(1);
  });

  it('tolerates a clock skew of 20 s', async () => {
    expect(await userOf(await token({ exp: seconds() - 20 }))).toBe('ada');
    expect(await userOf(await token({ nbf: seconds() + 20 }))).toBe('ada');
  });

  it.each<[string, () => Promise<string> | string]>([
    ['alg none', () => new UnsecuredJWT(claimsOf({})).encode()],
    [
      'alg none under a kid',
      () =>
        `${base64url.encode('{"alg":"none","kid":"rsa-1"}')}.${base64url.encode(JSON.stringify(claimsOf({})))}.`,
    ],
    [
      'HS256 with the public key as secret',
      async () =>
        new SignJWT(claimsOf({}))
          .setProtectedHeader({ alg: 'HS256', kid: 'rsa-1' })
          .sign(new TextEncoder().encode(await exportSPKI(rsa.publicKey))),
    ],
    [
      'an algorithm that is not allowed',
      async () => {
        const ps = await generateKeyPair('PS256');
        return token({}, { alg: 'PS256' }, ps.privateKey);
      },
    ],
    ['the wrong key', () => token({}, {}, other.privateKey)],
    ['an unknown kid', () => token({}, { kid: 'rsa-9' })],
    ['the kid of another key type', () => token({}, { kid: 'ec-1' })],
    [
      'an embedded key',
      async () => token({}, { kid: 'rsa-9', jwk: await exportJWK(other.publicKey) }, other.privateKey),
    ],
    ['another issuer', () => token({ iss: 'https://evil.example/' })],
    ['no issuer', () => token({ iss: undefined } as never)],
    ['another audience', () => token({ aud: 'elsewhere' })],
    ['no audience', () => token({ aud: undefined } as never)],
    ['an expired token', () => token({ exp: seconds() - 31 })],
    ['a token that is not valid yet', () => token({ nbf: seconds() + 60 })],
    ['no expiry', () => token({ exp: undefined } as never)],
    ['an expiry that is not a number', () => token({ exp: 'never' } as never)],
    ['no user', () => token({ sub: undefined } as never)],
    ['an empty user', () => token({ sub: '' })],
    ['a user of 256 characters', () => token({ sub: 'u'.repeat(256) })],
    ['a user with a line break', () => token({ sub: 'ada\n{"level":"error"}' })],
    ['a user with a lone surrogate', () => token({ sub: 'ada\ud800' })],
    ['a user that is a number', () => token({ sub: 7 } as never)],
    ['a user that is a list', () => token({ sub: ['ada'] } as never)],
    [
      'a changed claim',
      async () => {
        const [head, , mac] = (await token()).split('.');
        return `${head}.${base64url.encode(JSON.stringify(claimsOf({ sub: 'grace' })))}.${mac}`;
      },
    ],
    ['no token', () => ''],
    ['text that is not a JWT', () => 'a.b.c'],
  ])('rejects %s', async (_, make) => {
    const jwt = await make();
    expect(await codeOf(jwt)).toBe('UNAUTHENTICATED');
    await expect(userOf(jwt)).rejects.toThrow('Send a valid token as Authorization: Bearer TOKEN.');
  });

  it('logs the rejection without the token', async () => {
    logged.length = 0;
    const jwt = await token({ aud: 'elsewhere' });
    await codeOf(jwt);
    await codeOf(await token({ sub: 'a\nb' }));
    expect(logged.map((line) => JSON.parse(line) as object)).toMatchObject([
      { msg: 'token rejected', code: 'ERR_JWT_CLAIM_VALIDATION_FAILED', claim: 'aud' },
      { msg: 'token has no valid user id', claim: 'sub' },
    ]);
    for (const part of ['elsewhere', 'ada', ...jwt.split('.')]) expect(logged.join('')).not.toContain(part);
  });

  it('fetches no keys for a malformed token', async () => {
    await codeOf('a.b.c');
    await codeOf(new UnsecuredJWT(claimsOf({})).encode());
    expect(fetched).toBe(0);
  });

  it('reads the user from the configured claim', async () => {
    const byEmail = against(url, 'email');
    expect(await userOf(await token({ email: 'ada@example.org' }), byEmail)).toBe('ada@example.org');
    expect(await codeOf(await token(), byEmail)).toBe('UNAUTHENTICATED');
    expect(await codeOf(await token(), against(url, 'toString'))).toBe('UNAUTHENTICATED');
    expect(await userOf(await token({ sub: 'Äda 日本 🎉' }))).toBe('Äda 日本 🎉');
  });

  it('follows a key rotation', async () => {
    const eager = against(url, 'sub', { cooldownMs: 0 });
    expect(await userOf(await token(), eager)).toBe('ada');
    published = [await jwk(other.publicKey, 'rsa-2', 'RS256')];
    expect(await userOf(await token({}, { kid: 'rsa-2' }, other.privateKey), eager)).toBe('ada');
    expect(await codeOf(await token(), eager)).toBe('UNAUTHENTICATED');
  });

  it('limits reloads caused by unknown key ids', async () => {
    await userOf(await token());
    for (let i = 0; i < 5; i++) await codeOf(await token({}, { kid: `made-up-${i}` }));
    expect(fetched).toBe(1);
  });

  it('reports unavailable keys and recovers', async () => {
    published = null;
    expect(await codeOf(await token())).toBe('AUTH_UNAVAILABLE');
    published = [await jwk(rsa.publicKey, 'rsa-1', 'RS256')];
    expect(await userOf(await token())).toBe('ada');
  });

  it('reports an invalid key set as unavailable', async () => {
    published = [{ kty: 'RSA', kid: 'rsa-1', alg: 'RS256' }];
    expect(await codeOf(await token())).toBe('AUTH_UNAVAILABLE');
  });

  it('reports a refusing or hanging server as unavailable', async () => {
    const hanging = createServer(() => {}).listen(0, '127.0.0.1');
    await once(hanging, 'listening');
    const hung = `http://127.0.0.1:${(hanging.address() as AddressInfo).port}/`;
    expect(await codeOf(await token(), against(hung, 'sub', { timeoutMs: 50 }))).toBe('AUTH_UNAVAILABLE');
    hanging.close();
    hanging.closeAllConnections();
    await once(hanging, 'close');
    expect(await codeOf(await token(), against(hung))).toBe('AUTH_UNAVAILABLE');
  });

  it('uses cached keys while the issuer is down', async () => {
    await userOf(await token());
    published = null;
    expect(await userOf(await token({ sub: 'linus' }))).toBe('linus');
    expect(await codeOf(await token({}, {}, other.privateKey))).toBe('UNAUTHENTICATED');
  });
});
