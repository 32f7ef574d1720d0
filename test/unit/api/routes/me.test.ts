import { describe, expect, it } from '@jest/globals';
import { type FileList, NoFileList } from '../../../../src/jobs/file-ports.js';
import { startApiServer } from '../../../support/api-server.js';
import { aJob } from '../../../support/jobs.js';

const listed: FileList = { list: async () => ({ files: [], next: null }) };

describe('GET /v1/me', () => {
  it.each([
    [0, listed, null, null, true],
    [3, new NoFileList('no'), 3, 100, false],
  ])('shows a cap of %d and the limits', async (maxRunning, fileList, running, queued, listing) => {
    const { policy } = aJob({ policy: { maxRunning } });
    const server = await startApiServer({ policy, fileList });
    const response = await fetch(`${server.baseUrl}/v1/me`, { headers: { 'x-user-id': 'ada' } });
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({
      userId: 'ada',
      limits: { filesPerJob: 100, bytesPerJob: policy.maxBytes, running, queued },
      ttlMs: 86_400_000,
      listing,
      version: '0.0.0',
      operator: null,
    });
    await server.stop();
  });

  it.each(['https://temporal.test', undefined])('shows the Web UI %s to operators', async (url) => {
    const server = await startApiServer({ webUi: { url, namespace: 'jobs' } });
    const me = await (await fetch(`${server.baseUrl}/v1/me`)).json();
    expect(me).toMatchObject({ operator: { webUiUrl: url ?? null, namespace: 'jobs' } });
    await server.stop();
  });
});

describe('GET /', () => {
  it('says how to sign in', async () => {
    const server = await startApiServer({ authMode: 'jwt', signIn: { url: 'https://app.test/in' } });
    const about = await (await fetch(server.baseUrl)).json();
    expect(about).toMatchObject({ auth: { mode: 'jwt', signInUrl: 'https://app.test/in' } });
    await server.stop();
  });
});
