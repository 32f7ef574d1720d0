import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** A JWT issuer with a real JWKS server. */
export interface Issuer {
  /** Settings that make an API trust this issuer. */
  env: Record<string, string>;
  /** Signs a token for a user, valid for five minutes. */
  tokenOf(userId: string): Promise<string>;
  stop(): Promise<void>;
}

export async function startIssuer(): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'key-1', alg: 'ES256' }];
  const server = createServer((_req, res) => void res.end(JSON.stringify({ keys }))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    env: { AUTH_MODE: 'jwt', JWT_JWKS_URL: `${url}/jwks`, JWT_ISSUER: url, JWT_AUDIENCE: 'longhaul' },
    tokenOf: (userId) =>
      new SignJWT({ sub: userId })
        .setProtectedHeader({ alg: 'ES256', kid: 'key-1' })
        .setIssuer(url)
        .setAudience('longhaul')
        .setExpirationTime('5m')
        .sign(privateKey),
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
