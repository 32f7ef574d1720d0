import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DownloadFailed, watchDownload } from '../../../../src/dev/downloads/watched-download.js';
import { freePort, listen } from '../../../support/dev.js';

const JOB = '0197f0aa-0000-7000-8000-000000000001';
const STATUS = `/v1/download/status/${JOB}`;
const started = { jobId: JOB, status: 'queued', downloadPath: `/v1/download/${JOB}`, nextPollInMs: 10 };
const queued = {
  jobId: JOB,
  status: 'queued',
  progress: 0,
  message: 'Waiting',
  nextPollInMs: 10,
  error: null,
};
const running = { ...queued, status: 'running', progress: 50, message: 'Building' };
const completed = { ...queued, status: 'completed', progress: 100, message: 'Done', nextPollInMs: null };

interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body: unknown;
}

describe('watchDownload', () => {
  let server: Server;
  let baseUrl: string;
  let requests: { method: string | undefined; path: string | undefined; body: unknown }[];
  let answers: Answer[];
  let shown: string;
  const output = { write: (text: string) => (shown += text) };

  beforeEach(async () => {
    requests = [];
    answers = [];
    shown = '';
    server = createServer((request, response) => void reply(request, response));
    baseUrl = `http://127.0.0.1:${await listen(server)}`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  async function reply(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = request.method === 'POST' ? await json(request) : null;
    requests.push({ method: request.method, path: request.url, body });
    const { status = 200, headers, body: answer } = answers.shift() ?? { status: 500, body: {} };
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  }

  test('starts a job, follows it, returns the link', async () => {
    answers = [{ status: 202, body: started }, { body: queued }, { body: running }, { body: completed }];
    const result = await watchDownload(baseUrl, { fileIds: [70_000, 70_004], name: 'mine' }, output);

    expect(result).toEqual({ jobId: JOB, link: `${baseUrl}/v1/download/${JOB}` });
    const request = {
      fileIds: [70_000, 70_004],
      archive: { name: 'mine' },
      clientRequestId: expect.any(String),
    };
    expect(requests).toEqual([
      { method: 'POST', path: '/v1/download/initiate', body: request },
      ...[1, 2, 3].map(() => ({ method: 'GET', path: STATUS, body: null })),
    ]);
    expect(shown.split('\n')).toEqual([
      'queued (0%): Waiting',
      'running (50%): Building',
      'completed (100%): Done',
      '',
    ]);
  });

  test('retries after 503 and 429', async () => {
    answers = [
      { status: 202, body: started },
      {
        status: 503,
        headers: { 'retry-after': '0' },
        body: { code: 'TEMPORAL_UNAVAILABLE', title: 'The job service is not reachable' },
      },
      { status: 429, headers: { 'retry-after': '0' }, body: { code: 'RATE_LIMITED' } },
      { body: completed },
    ];
    await expect(watchDownload(baseUrl, { fileIds: [70_000], name: 'mine' }, output)).resolves.toMatchObject({
      jobId: JOB,
    });
  });

  test('reports why a job failed', async () => {
    const error = { code: 'FILE_NOT_FOUND', message: 'File 70000 does not exist' };
    answers = [{ status: 202, body: started }, { body: { ...running, status: 'failed', error } }];
    const failure = watchDownload(baseUrl, { fileIds: [70_000], name: 'mine' }, output);
    await expect(failure).rejects.toBeInstanceOf(DownloadFailed);
    await expect(failure).rejects.toThrow('It ended as failed: File 70000 does not exist (FILE_NOT_FOUND)');
  });

  test('reports the detail of a rejected request', async () => {
    answers = [{ status: 400, body: { code: 'INVALID_REQUEST', detail: 'fileIds must not be empty' } }];
    await expect(watchDownload(baseUrl, { fileIds: [], name: 'mine' }, output)).rejects.toThrow(
      'fileIds must not be empty',
    );
  });

  test('handles a response that is not JSON', async () => {
    answers = [{ status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Welcome</h1>' }];
    await expect(watchDownload(baseUrl, { fileIds: [70_000], name: 'mine' }, output)).rejects.toThrow(
      'status 200',
    );
  });

  test('reports a refused connection', async () => {
    const unused = `http://127.0.0.1:${await freePort()}`;
    const failure = watchDownload(unused, { fileIds: [70_000], name: 'mine' }, output);
    await expect(failure).rejects.toBeInstanceOf(DownloadFailed);
    await expect(failure).rejects.toThrow(/ECONNREFUSED/);
  });

  test('times out', async () => {
    answers = [{ status: 202, body: started }, { body: { ...running, nextPollInMs: 60_000 } }];
    const failure = watchDownload(baseUrl, { fileIds: [70_000], name: 'mine' }, output, { timeoutMs: 400 });
    await expect(failure).rejects.toThrow('It was not ready after 0.4 s.');
  });

  test('stops at once when aborted', async () => {
    answers = [{ status: 202, body: started }, { body: { ...running, nextPollInMs: 60_000 } }];
    const stop = new AbortController();
    const failure = watchDownload(baseUrl, { fileIds: [70_000], name: 'mine' }, output, {
      signal: stop.signal,
    });
    stop.abort(new Error('stopping'));
    await expect(failure).rejects.toThrow('stopping');
    await expect(failure).rejects.not.toBeInstanceOf(DownloadFailed);
  });
});
