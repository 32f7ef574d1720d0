import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LonghaulError } from '../../../../src/contract/errors.js';
import { type ApiServer, startApiServer } from '../../../support/api-server.js';

describe('noStore', () => {
  let open: ApiServer;
  let locked: ApiServer;
  beforeAll(async () => {
    const expired = () => Promise.reject(new LonghaulError('LINK_EXPIRED', 'The link has run out.'));
    open = await startApiServer({ localLinks: { openLink: expired } });
    const authenticate = () => Promise.reject(new LonghaulError('UNAUTHENTICATED', 'no'));
    locked = await startApiServer({
      authenticator: { authenticate, isAdmin: () => false },
      authMode: 'api-key',
    });
  });
  afterAll(() => Promise.all([open.stop(), locked.stop()]));

  const paths = [
    '/v1/files',
    '/v1/download/initiate',
    '/v1/download/start',
    '/v1/download/estimate',
    '/v1/download/check',
    '/v1/download/status/x',
    '/v1/download/status/%E0%A4%A',
    '/v1/download/x',
    '/v1/download/%E0%A4%A',
    '/v1/download/x/files',
    '/v1/download/cancel/x',
    '/v1/download/jobs',
    '/v1/download/jobs/x',
    '/v1/download/jobs/x/events',
    '/v1/download/jobs/x/events?ticket=x',
    '/v1/download/jobs/x/stream',
    '/v1/admin/failed',
    '/v1/nothing',
    '/v1/objects/x',
  ];

  it.each(paths)('forbids caching of %s', async (path) => {
    for (const server of [open, locked]) {
      for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
        const { headers, status } = await fetch(`${server.baseUrl}${path}`, { method });
        expect([method, status, headers.get('cache-control')]).toEqual([method, status, 'no-store']);
      }
    }
  });
});
