import { createHash } from 'node:crypto';
import { expect, it } from '@jest/globals';
import type { SignInLink } from '../../src/contract/http/sign-in-schemas.js';
import type { StartedDownload } from '../../src/contract/http/answers.js';
import { startIssuer } from '../support/issuer.js';
import { describeWith } from '../support/require-server.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';

const OWN_PAGE = { 'sec-fetch-site': 'same-origin' };
const cookieOf = (response: Response) => response.headers.get('set-cookie')!.split(';')[0]!;

describeWith(await locateTemporalCli(), 'browser sign-in', (temporalCli) => {
  it('downloads on every server with the cookie alone', async () => {
    const hash = createHash('sha256').update('key-of-ada').digest('hex');
    const env = { AUTH_MODE: 'api-key', API_KEYS: `ada=sha256:${hash}` };
    const stack = await Stack.start({ temporalCli, env });
    try {
      await stack.store.write('downloads/70000', Buffer.from('hello'));
      const other = await stack.startAnotherApi();
      const headers = { authorization: 'Bearer key-of-ada' };
      const signedIn = await stack.post('/v1/sign-in', undefined, headers);
      expect(signedIn.status).toBe(204);
      const page = { cookie: cookieOf(signedIn), ...OWN_PAGE };
      const started = await stack.post('/v1/download/initiate', { fileId: 70_000 }, page);
      expect(started.status).toBe(202);
      const { jobId } = (await started.json()) as StartedDownload;
      const status = await fetch(`${other}/v1/download/status/${jobId}?waitMs=5000`, { headers: page });
      expect(status.status).toBe(200);
      const forged = { cookie: page.cookie, 'sec-fetch-site': 'cross-site' };
      expect((await stack.post('/v1/download/initiate', { fileId: 70_000 }, forged)).status).toBe(401);
    } finally {
      await stack.stop();
    }
  });

  it('follows a link of an application with tokens', async () => {
    const issuer = await startIssuer();
    const stack = await Stack.start({ temporalCli, env: issuer.env, workers: 0 });
    try {
      const headers = { authorization: `Bearer ${await issuer.tokenOf('ada')}` };
      const link = await stack.post('/v1/sign-in/links', undefined, headers);
      expect(link.status).toBe(201);
      const { url } = (await link.json()) as SignInLink;
      const ticket = { authorization: `Bearer ${url.split('#sign-in=')[1]}` };
      const signedIn = await stack.post('/v1/sign-in', undefined, ticket);
      expect(signedIn.status).toBe(204);
      const page = { cookie: cookieOf(signedIn), ...OWN_PAGE };
      const me = await stack.request('/v1/me', { headers: page });
      expect(await me.json()).toMatchObject({ userId: 'ada' });
      expect((await stack.request('/v1/me', { headers: ticket })).status).toBe(401);
    } finally {
      await stack.stop();
      await issuer.stop();
    }
  });
});
