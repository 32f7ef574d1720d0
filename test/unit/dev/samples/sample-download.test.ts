import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SampleDownloadFailed, runSampleDownload } from '../../../../src/dev/samples/sample-download.js';
import { freePort, listen } from '../support.js';

const JOB = '0197f0aa-0000-7000-8000-000000000001';
const STATUS = `/v1/download/status/${JOB}`;
const started = { jobId: JOB, status: 'queued', downloadPath: `/v1/download/${JOB}`, nextPollInMs: 60_000 };
const queued = {
  jobId: JOB,
  status: 'queued',
  progress: 0,
  message: 'Waiting',
  nextPollInMs: 60_000,
  error: null,
};
const running = { ...queued, status: 'running', progress: 50, message: 'Building' };
const completed = { ...queued, status: 'completed', progress: 100, message: 'Done', nextPollInMs: null };

interface Answer {
  status?: number;
  body: unknown;
}

describe('runSampleDownload', () => {
  let server: Server;
  let baseUrl: string;
  let asked: { method: string | undefined; path: string | undefined; body: unknown }[];
  let answers: Answer[];
  let shown: string;
  const output = { write: (text: string) => (shown += text) };

  beforeEach(async () => {
    asked = [];
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
    asked.push({ method: request.method, path: request.url, body });
    const { status = 200, body: answer } = answers.shift() ?? { status: 500, body: {} };
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  }

  test('starts a job, follows it to its end and answers the lasting link', async () => {
    answers = [{ status: 202, body: started }, { body: queued }, { body: running }, { body: completed }];
    const began = Date.now();
    const result = await runSampleDownload(baseUrl, [70_000, 70_004], output);

    expect(result).toEqual({ jobId: JOB, link: `${baseUrl}/v1/download/${JOB}` });
    const request = { fileIds: [70_000, 70_004], archive: { name: 'longhaul-sample' } };
    expect(asked).toEqual([
      { method: 'POST', path: '/v1/download/initiate', body: request },
      ...[1, 2, 3].map(() => ({ method: 'GET', path: STATUS, body: null })),
    ]);
    expect(shown.split('\n')).toEqual([
      'queued (0%): Waiting',
      'running (50%): Building',
      'completed (100%): Done',
      '',
    ]);
    // Not once a minute, as `nextPollInMs` advises: somebody is looking.
    expect(Date.now() - began).toBeLessThan(10_000);
  });

  test('asks no sooner than the service allows', async () => {
    answers = [
      { status: 202, body: started },
      { body: { ...running, nextPollInMs: 120 } },
      { body: completed },
    ];
    const began = performance.now();
    await runSampleDownload(baseUrl, [70_000], output);
    expect(performance.now() - began).toBeGreaterThanOrEqual(119);
  });

  test('asks again when the service is busy for a moment', async () => {
    answers = [
      { status: 202, body: started },
      { status: 503, body: { title: 'The job service is not reachable' } },
      { status: 429, body: { title: 'Too many requests' } },
      { body: completed },
    ];
    await expect(runSampleDownload(baseUrl, [70_000], output)).resolves.toMatchObject({ jobId: JOB });
  });

  test('tells why a job failed', async () => {
    const error = { code: 'FILE_NOT_FOUND', message: 'File 70000 does not exist' };
    answers = [{ status: 202, body: started }, { body: { ...running, status: 'failed', error } }];
    const failure = runSampleDownload(baseUrl, [70_000], output);
    await expect(failure).rejects.toBeInstanceOf(SampleDownloadFailed);
    await expect(failure).rejects.toThrow(
      'The sample download ended as failed: File 70000 does not exist (FILE_NOT_FOUND)',
    );
  });

  test('tells what the service said of a bad request', async () => {
    answers = [
      { status: 400, body: { title: 'The request is not valid', detail: 'fileIds must not be empty' } },
    ];
    await expect(runSampleDownload(baseUrl, [], output)).rejects.toThrow(
      `The service answered 400 to ${baseUrl}/v1/download/initiate: fileIds must not be empty`,
    );
  });

  test('is not confused by an answer that is not JSON', async () => {
    answers = [{ status: 502, body: '<h1>Bad gateway</h1>' }];
    await expect(runSampleDownload(baseUrl, [70_000], output)).rejects.toThrow('answered 502');
  });

  test('says so when nobody listens', async () => {
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    const failure = runSampleDownload(nowhere, [70_000], output);
    await expect(failure).rejects.toBeInstanceOf(SampleDownloadFailed);
    await expect(failure).rejects.toThrow(/ECONNREFUSED/);
  });

  test('gives up in the end', async () => {
    answers = [{ status: 202, body: started }, ...Array.from({ length: 20 }, () => ({ body: running }))];
    const failure = runSampleDownload(baseUrl, [70_000], output, { timeoutMs: 400 });
    await expect(failure).rejects.toThrow('The sample could not be downloaded: it is not done after 0.4 s');
  });

  test('stops at once when it is told to', async () => {
    answers = [{ status: 202, body: started }, ...Array.from({ length: 20 }, () => ({ body: running }))];
    const stop = new AbortController();
    const failure = runSampleDownload(baseUrl, [70_000], output, { signal: stop.signal });
    stop.abort(new Error('stopping'));
    await expect(failure).rejects.toThrow('stopping');
    await expect(failure).rejects.not.toBeInstanceOf(SampleDownloadFailed);
  });
});
