import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import type { JobEnded, JobFailed } from '../../src/contract/http/callback-schemas.js';
import { workflowIdFor } from '../../src/contract/names.js';
import type { FileId } from '../../src/contract/files.js';
import { FileServer } from '../support/file-server.js';
import { historyText } from '../support/history-text.js';
import { type ReceivedRequest, Receiver } from '../support/receiver.js';
import { describeWith } from '../support/require-server.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { readWithPython } from '../support/unpack.js';
import { waitFor } from '../support/wait-for.js';

const newSecret = () => `whsec_${randomBytes(32).toString('base64')}`;

/** Planted in signed URLs, headers and response bodies. */
const PLANTED = 'hunter2';

describeWith(await locateTemporalCli(), 'outbound traffic', (temporalCli) => {
  const [oldSecret, secret, catalogueSecret] = [newSecret(), newSecret(), newSecret()];
  const bytes = randomBytes(300_000);
  let application: Receiver;
  let files: FileServer;
  let receiver: Receiver;
  let operator: Receiver;
  let stack: Stack;

  beforeAll(async () => {
    [application, receiver, operator] = await Promise.all([
      Receiver.start(),
      Receiver.start(),
      Receiver.start(),
    ]);
    files = await FileServer.start();
    stack = await Stack.start({
      temporalCli,
      env: {
        CATALOGUE: 'http',
        CATALOGUE_URL: `${application.url}/files`,
        CATALOGUE_SECRET: catalogueSecret,
        OUTBOUND_ALLOWED_HOSTS: `${files.receiver.host}, ${receiver.host}`,
        WEBHOOK_SECRETS: `${oldSecret},${secret}`,
        OPERATOR_WEBHOOK_URL: `${operator.url}/ops?key=${PLANTED}`,
        LOG_LEVEL: 'debug',
        DOWNLOAD_MAX_ATTEMPTS: '2',
      },
    });
    await stack.store.write('photos/a.jpg', Buffer.from('of the store'));
    application.answer = (request, response) => {
      const { fileIds } = JSON.parse(request.body) as { fileIds: FileId[] };
      const answers = fileIds.map((fileId) => catalogue[String(fileId)] ?? { fileId, outcome: 'missing' });
      response.setHeader('x-secret', PLANTED).end(JSON.stringify({ files: answers, note: PLANTED }));
    };
  });
  afterAll(async () => {
    await stack?.stop();
    await Promise.all([application, receiver, operator, files].map((server) => server?.stop()));
  });
  beforeEach(() => {
    for (const server of [receiver, operator]) server.requests.length = 0;
    const url = files.put('/b.bin', { bytes, etag: '"1"' });
    catalogue['70001'] = { fileId: 70_001, url: `${url}?sig=${PLANTED}`, name: 'b.bin' };
    catalogue['70005'] = { fileId: 70_005, url: `${files.receiver.url}/down` };
    catalogue['70004'] = { fileId: 70_004, url: `http://127.0.0.1:${operator.port}/?${PLANTED}` };
  });

  const catalogue: Record<string, object> = {
    70000: { fileId: 70_000, key: 'photos/a.jpg', name: 'a.jpg' },
    70002: { fileId: 70_002, outcome: 'forbidden' },
    70003: { fileId: 70_003, key: 'archives/x/../y' },
    70006: { fileId: 70_006, url: `https://files.example.com/${PLANTED}`.padEnd(8_193, 'x') },
  };
  const hook = () => `${receiver.url}/hook?token=${PLANTED}`;
  const callbackOf = async (server: Receiver): Promise<ReceivedRequest> => {
    await waitFor('the callback', () => server.requests.length > 0);
    return server.requests[0]!;
  };
  const verified = ({ body, headers }: ReceivedRequest) =>
    new Webhook(secret).verify(body, headers as Record<string, string>) as JobEnded | JobFailed;

  it('downloads catalogue files, calls back and hides signed URLs', async () => {
    receiver.answer = (_, response) => response.setHeader('x-secret', PLANTED).end(PLANTED);
    const { jobId } = await stack.initiate({
      fileIds: [70_000, 70_001, 70_002],
      onFileError: 'skip',
      labels: { album: '2026' },
      // The job holds only the receiver's secret.
      callbackUrl: `${receiver.url}/hook`,
    });
    const status = await stack.waitUntilFinal(jobId);
    expect(status).toMatchObject({ status: 'completed', archive: { files: 2, skipped: 1 } });
    const entries = await readWithPython(
      Buffer.from(await (await stack.archive(jobId)).arrayBuffer()),
      'zip',
    );
    expect(entries.map(({ name }) => name)).toEqual(['a.jpg', 'b.bin', '_manifest.json']);
    expect(entries[1]).toMatchObject({ size: bytes.length });
    const { files: outcomes } = await stack.files(jobId);
    expect(outcomes[2]?.error).toEqual({
      code: 'FILE_FORBIDDEN',
      message: 'File 70002 may not be read. The catalogue denies access.',
    });

    const payload = verified(await callbackOf(receiver)) as JobEnded;
    const { completedAt, expiresAt, archive } = status;
    expect(payload).toMatchObject({
      type: 'download.completed',
      timestamp: completedAt,
      data: {
        jobId,
        status: 'completed',
        archive,
        completedAt,
        expiresAt,
        labels: { album: '2026' },
        error: null,
      },
    });
    expect(payload.data.downloadPath).toBe(`/v1/download/${jobId}`);
    const question = application.requests.at(-1)!;
    new Webhook(catalogueSecret).verify(question.body, question.headers as Record<string, string>);

    const runs = await Promise.all(
      [workflowIdFor(jobId), await deliveryOf(receiver)].map((id) => historyText(stack.temporalAddress, id)),
    );
    // Compare a boolean, otherwise a failure would print the whole history.
    expect(runs[0]!.includes('manifestKey')).toBe(true);
    expect(runs[1]!.includes('acknowledged with 200')).toBe(true);
    const shown = JSON.stringify([runs, outcomes, status, stack.api.log, stack.workers[0]!.log]);
    expect(shown.includes(PLANTED)).toBe(false);
  });

  /** Id of the workflow that delivered a callback. */
  async function deliveryOf(server: Receiver): Promise<string> {
    const request = await callbackOf(server);
    const runId = String(request.headers['webhook-id']).split('_')[1]!;
    return `callback/${(JSON.parse(request.body) as JobEnded).data.jobId}/${runId}`;
  }

  it('reports failures without storing the operator URL', async () => {
    const { jobId } = await stack.initiate({ fileId: 70_002, callbackUrl: hook() });
    const { fileIds: _, ...error } = (await stack.waitUntilFinal(jobId)).error!;
    expect(verified(await callbackOf(receiver))).toMatchObject({
      type: 'download.failed',
      data: { status: 'failed', archive: null, error: { ...error, code: 'FILE_FORBIDDEN' } },
    });
    const request = await callbackOf(operator);
    expect(request.path).toBe(`/ops?key=${PLANTED}`);
    expect(verified(request)).toMatchObject({
      type: 'download.failed',
      data: { jobId, userId: 'anonymous', code: 'FILE_FORBIDDEN', workflowId: workflowIdFor(jobId) },
    });
    const delivery = (await deliveryOf(operator)).replace(/^/, 'operator-');
    expect((await historyText(stack.temporalAddress, delivery)).includes(PLANTED)).toBe(false);
  });

  it.each([
    ['skips a file that its server fails to deliver', 500, 'completed'],
    ['waits for an overloaded server and drops nothing', 503, 'failed'],
  ] as const)('%s', async (_, broken, lenientEnd) => {
    const serve = files.receiver.answer;
    files.receiver.answer = (request, response) => {
      if (request.path === '/down') response.writeHead(broken).end();
      else serve(request, response);
    };
    const request = { fileIds: [70_000, 70_005] };
    const [strict, lenient] = await Promise.all([
      stack.initiate(request),
      stack.initiate({ ...request, onFileError: 'skip' }),
    ]);
    const error = { code: 'SOURCE_UNAVAILABLE', message: expect.stringContaining('File 70005') };
    const failed = { status: 'failed', attempts: 2, error };
    expect(await stack.waitUntilFinal(strict.jobId)).toMatchObject(failed);
    expect(await stack.waitUntilFinal(lenient.jobId)).toMatchObject(
      lenientEnd === 'failed'
        ? failed
        : { status: lenientEnd, attempts: 2, archive: { files: 1, skipped: 1 } },
    );
    if (lenientEnd === 'completed') {
      expect((await stack.files(lenient.jobId)).files[1]).toMatchObject({ state: 'skipped', error });
    }
    files.receiver.answer = serve;
  });

  it('skips a malformed entry of the catalogue alone', async () => {
    const fileIds = [70_000, 70_006];
    const lenient = await stack.initiate({ fileIds, onFileError: 'skip' });
    expect(await stack.waitUntilFinal(lenient.jobId)).toMatchObject({
      status: 'completed',
      archive: { files: 1, skipped: 1 },
    });
    const strict = await stack.initiate({ fileIds });
    const { error } = await stack.waitUntilFinal(strict.jobId);
    expect(error).toMatchObject({
      code: 'FILE_UNREADABLE',
      message:
        'File 70006 cannot be read: the catalogue sent an invalid entry: url is longer than 8192 characters. ' +
        'Ask an operator to correct it.',
    });
  });

  it('calls back after a cancellation', async () => {
    application.requests.length = 0;
    const serve = files.receiver.answer;
    files.receiver.answer = () => {};
    const { jobId } = await stack.initiate({ fileId: 70_001, callback_url: hook() });
    await waitFor('the file to be asked for', () => application.requests.length > 0);
    await stack.post(`/v1/download/cancel/${jobId}`);
    files.receiver.answer = serve;
    expect(verified(await callbackOf(receiver))).toMatchObject({
      type: 'download.cancelled',
      data: { jobId, status: 'cancelled' },
    });
  });

  it.each([
    ['a key of ours', 70_003],
    ['a URL that is not allowed', 70_004],
  ])('rejects a file location that is %s', async (_, fileId) => {
    const before = operator.connections;
    const { jobId } = await stack.initiate({ fileId });
    const status = await stack.waitUntilFinal(jobId);
    expect(status.error).toMatchObject({
      code: 'FILE_FORBIDDEN',
      message: expect.stringMatching(`^File ${fileId} is refused: .*operator`),
    });
    // What connects is the word to the operator, and nothing else.
    await callbackOf(operator);
    expect(operator.requests.every(({ path }) => path.startsWith('/ops'))).toBe(true);
    expect(operator.connections).toBeLessThanOrEqual(before + 1);
  });

  it.each([
    'https://127.0.0.1/hook',
    'https://2130706433/hook',
    'https://0177.0.0.1/hook',
    'https://[::ffff:7f00:1]/hook',
    'https://169.254.169.254/latest/meta-data',
    'https://10.0.0.1/hook',
    'https://localhost/hook',
    'http://app.example.com/hook',
    'https://ada:pw@app.example.com/hook',
    'https://app.example.com:22/hook',
    'not a url',
  ])('rejects the callback URL %s', async (callbackUrl) => {
    const response = await stack.post('/v1/download/initiate', { fileId: 70_000, callbackUrl });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: 'INVALID_REQUEST',
      errors: [{ path: 'callbackUrl' }],
    });
  });
});
