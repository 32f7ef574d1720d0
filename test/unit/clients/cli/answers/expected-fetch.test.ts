import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clientOf } from '../../../../../clients/src/cli/connect.js';
import type { LonghaulClient } from '../../../../../clients/src/client/index.js';
import { problem, StubApi } from '../../../../support/stub-api.js';

const JOB = 'a-job';
const CALLS: [string, string, (client: LonghaulClient) => PromiseLike<unknown>][] = [
  ['start', 'POST /v1/download/initiate', (client) => client.start({ fileIds: [1] })],
  ['status', `GET /v1/download/status/${JOB}`, (client) => client.status(JOB)],
  ['wait', `GET /v1/download/status/${JOB}`, (client) => client.wait(JOB)],
  ['cancel', `POST /v1/download/cancel/${JOB}`, (client) => client.cancel(JOB)],
  ['retry', `POST /v1/download/retry/${JOB}`, (client) => client.retry(JOB)],
  ['list', 'GET /v1/downloads', (client) => client.list()],
  ['files', 'GET /v1/files', (client) => client.files()],
  ['outcomes', `GET /v1/download/${JOB}/files`, (client) => client.outcomes(JOB)],
  ['estimate', 'POST /v1/download/estimate', (client) => client.estimate({ fileIds: [1] })],
  ['me', 'GET /v1/me', (client) => client.me()],
];

describe('expectedFetch', () => {
  let api: StubApi;
  let client: LonghaulClient;
  beforeAll(async () => {
    api = await StubApi.start();
    client = clientOf({ url: `${api.url}/prefix`, token: undefined }, 0);
  });
  afterAll(() => api.stop());

  /** The code of the failure of a call. */
  async function codeOf(call: (client: LonghaulClient) => PromiseLike<unknown>): Promise<string | undefined> {
    return Promise.resolve(call(client)).then(
      () => undefined,
      (error: { code: string }) => error.code,
    );
  }
  const answer = (route: string, body: unknown, status = 200) => {
    api.answers = { [route.replace('/v1/', '/prefix/v1/')]: { status, body } };
  };

  it.each(CALLS)('refuses foreign answers of %s', async (_, route, call) => {
    const something = { status: 'UP', archive: {}, jobs: [{}], files: [null], userId: 7, jobId: 7 };
    for (const body of [{}, [], 'null', '""', '7', something]) {
      answer(route, body);
      expect(await codeOf(call)).toBe('BAD_ANSWER');
    }
  });

  it.each([
    [{ code: 'X', errors: null }],
    [{ ...(problem(400, 'X', 'No.').body as object), errors: null }],
    [{ ...(problem(400, 'X', 'No.').body as object), errors: [{ path: 1 }] }],
    [{ ...(problem(400, 'X', 'No.').body as object), requestId: {} }],
    [null],
  ])('refuses the failure %j', async (body) => {
    answer('GET /v1/me', body, 400);
    expect(await codeOf((asked) => asked.me())).toBe('BAD_ANSWER');
  });

  it('passes on failures of Longhaul', async () => {
    answer('GET /v1/me', problem(403, 'FORBIDDEN', 'No.').body, 403);
    expect(await codeOf((asked) => asked.me())).toBe('FORBIDDEN');
  });

  it('leaves an answer that was cut to the client', async () => {
    answer('GET /v1/me', '{"userId":"a');
    expect(await codeOf((asked) => asked.me())).toBe('NETWORK');
  });
});
