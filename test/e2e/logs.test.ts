import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { freePorts } from '../../src/dev/processes/free-ports.js';
import { Receiver } from '../support/receiver.js';
import { describeWith } from '../support/require-server.js';
import { Stack } from '../support/stack.js';
import type { TestServer } from '../support/test-server.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { waitFor } from '../support/wait-for.js';

/** Planted in every setting, URL and answer of a dependency that must not be logged. */
const PLANTED = 'hunter2hunter2';
const whsec = () => `whsec_${Buffer.from(PLANTED + randomBytes(20).toString('hex')).toString('base64')}`;

describeWith(await locateTemporalCli(), 'logs', (temporalCli) => {
  const [webhookSecret, catalogueSecret] = [whsec(), whsec()];
  let failing: Receiver;
  let stack: Stack;
  let s3Worker: TestServer;
  const s3Env = () => ({
    OBJECT_STORE: 's3',
    S3_ENDPOINT: failing.url,
    S3_BUCKET_NAME: 'bucket',
    S3_ACCESS_KEY_ID: `${PLANTED}-id`,
    S3_SECRET_ACCESS_KEY: `${PLANTED}-key`,
    S3_FORCE_PATH_STYLE: 'true',
    CATALOGUE: 'template',
    CATALOGUE_URL: '',
  });

  beforeAll(async () => {
    // Repeats what it was sent, as proxies with debug pages do.
    failing = await Receiver.start((request, response) =>
      response.writeHead(500, { 'x-echo': PLANTED }).end(JSON.stringify(request)),
    );
    stack = await Stack.start({
      temporalCli,
      env: {
        LOG_LEVEL: 'trace',
        LOG_USER_IDS: 'hashed',
        CATALOGUE: 'http',
        CATALOGUE_URL: `${failing.url}/files?key=${PLANTED}`,
        CATALOGUE_SECRET: catalogueSecret,
        WEBHOOK_SECRETS: webhookSecret,
        OPERATOR_WEBHOOK_URL: `${failing.url}/ops?key=${PLANTED}`,
        OUTBOUND_ALLOWED_HOSTS: failing.host,
        MAX_RUNNING_JOBS_PER_USER: '2',
        DOWNLOAD_MAX_ATTEMPTS: '1',
      },
    });
    s3Worker = stack.spawnWorker(s3Env());
  });
  afterAll(async () => {
    await stack?.stop();
    await failing?.stop();
  });

  it('of failing dependencies hold no secret and no user', async () => {
    const body = { fileId: 70_000, callbackUrl: `${failing.url}/hook?token=${PLANTED}` };
    const response = await stack.post('/v1/download/initiate', body, { 'x-user-id': 'lovelace' });
    const started = (await response.json()) as { jobId: string; code?: string };
    expect(started.code).toBeUndefined();
    await waitFor('the callbacks', () => failing.requests.some(({ path }) => path.startsWith('/hook')));
    await stack.post('/v1/download/check', { fileId: 70_000 }, { 'x-user-id': 'lovelace' });

    const [port] = (await freePorts(1)) as [number];
    const s3Api = await stack.startAnotherApi({ ...s3Env(), PORT: String(port) });
    await fetch(`${s3Api}/health`);
    await fetch(`${s3Api}/v1/download/check`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ fileId: 70_000 }),
    });
    await waitFor('the worker to report the store', () =>
      s3Worker.log.includes('object store does not work'),
    );
    await waitFor('the ending', () => stack.workers[0]!.log.includes('job ended'));

    for (const { log } of stack.processes) {
      expect(log.split('\n').filter((line) => line.includes(PLANTED))).toEqual([]);
      expect(log.split('\n').filter((line) => line.includes('lovelace'))).toEqual([]);
      // The start of JSON in base64, as in the input of a workflow.
      expect(log).not.toContain('eyJ');
      for (const secret of [webhookSecret, catalogueSecret]) expect(log).not.toContain(secret.slice(6, 30));
    }
    const lines = stack.processes.flatMap(({ log }) => log.trim().split('\n'));
    for (const line of lines) {
      expect(JSON.parse(line)).toMatchObject({
        time: expect.any(String),
        level: expect.any(String),
        msg: expect.any(String),
      });
    }
    const ofJob = lines
      .filter((line) => line.includes(started.jobId))
      .map((line) => JSON.parse(line) as object);
    expect(ofJob).toContainEqual(
      expect.objectContaining({ jobId: started.jobId, msg: 'job ended', service: 'longhaul-worker' }),
    );
    expect(ofJob).toContainEqual(
      expect.objectContaining({
        msg: 'request',
        status: 202,
        requestId: expect.any(String),
        version: expect.any(String),
      }),
    );
  });

  it('change their level while the process runs', async () => {
    const api = stack.api;
    api.signal('SIGUSR2');
    await waitFor('the line', () => api.log.includes('log level changed'));
    expect(api.log).toContain('"logLevel":"trace"');
  });
});
