import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { probeDownload, type ProbeResult } from '../../../src/probe/probe-download.js';
import { problem, StubApi } from '../../support/stub-api.js';

/** Two archives of `a.txt`, written by Python: its bytes are stored in one, and deflated in the other. */
const STORED = Buffer.from(
  'UEsDBBQAAAAAAAAAIQAyQ+WEFwAAABcAAAAFAAAAYS50eHRjb250ZW50IGNvbnRlbnQgY29udGVudFBLAQIUAxQAAAAAAAAAIQAyQ+WEFwAAABcAAAAFAAAAAAAAAAAAAACAAQAAAABhLnR4dFBLBQYAAAAAAQABADMAAAA6AAAAAAA=',
  'base64',
);
const DEFLATED = Buffer.from(
  'UEsDBBQAAAAIAAAAIQAyQ+WEDAAAABcAAAAFAAAAYS50eHRLzs8rSc0rUUhGpQFQSwECFAMUAAAACAAAACEAMkPlhAwAAAAXAAAABQAAAAAAAAAAAAAAgAEAAAAAYS50eHRQSwUGAAAAAAEAAQAzAAAALwAAAAAA',
  'base64',
);

const ROUTES = {
  start: 'POST /v1/download/initiate',
  status: 'GET /v1/download/status/job-1',
  link: 'GET /v1/download/job-1',
  archive: 'GET /signed',
};

describe('probeDownload', () => {
  let api: StubApi;
  beforeAll(async () => {
    api = await StubApi.start();
  });
  afterAll(() => api.stop());

  const completed = (bytes: Buffer, checksum = `sha256:${sha256(bytes)}`) => ({
    body: { status: 'completed', message: 'Completed', archive: { size: bytes.length, checksum } },
  });

  beforeEach(() => {
    api.calls = [];
    api.answers = {
      [ROUTES.start]: { status: 202, body: { jobId: 'job-1', downloadPath: '/v1/download/job-1' } },
      [ROUTES.status]: completed(STORED),
      [ROUTES.link]: { status: 302, headers: { location: '/signed?signature=s' }, body: '' },
      [ROUTES.archive]: { body: STORED },
      'POST /v1/download/cancel/job-1': { body: {} },
    };
  });

  const probe = (signal?: AbortSignal): Promise<ProbeResult> =>
    probeDownload({ baseUrl: api.url, apiKey: 'the-key', fileId: 'a', timeoutMs: 60_000 }, signal);

  it.each([
    ['stored', STORED],
    ['deflated', DEFLATED],
  ])('succeeds with a right archive, %s', async (_, bytes) => {
    api.answers[ROUTES.status] = completed(bytes);
    api.answers[ROUTES.archive] = { body: bytes };
    const { failed, jobId, seconds } = await probe();
    expect(failed).toBeUndefined();
    expect(jobId).toBe('job-1');
    expect(Object.keys(seconds)).toEqual(Object.keys(ROUTES));
  });

  it('sends its key to the API, and none to the link', async () => {
    await probe();
    const sent = Object.fromEntries(api.calls.map(({ route, authorization }) => [route, authorization]));
    expect(sent).toEqual({
      [ROUTES.start]: 'Bearer the-key',
      [ROUTES.status]: 'Bearer the-key',
      [ROUTES.link]: 'Bearer the-key',
      [ROUTES.archive]: undefined,
    });
  });

  it.each([
    ['start', ROUTES.start, problem(400, 'INVALID_REQUEST', 'The request is wrong.'), /is wrong/],
    [
      'status',
      ROUTES.status,
      { body: { status: 'failed', message: 'File a does not exist.' } },
      /as failed.*a does/,
    ],
    ['link', ROUTES.link, problem(410, 'JOB_EXPIRED', 'Expired.'), /410 instead of a redirect/],
    ['archive', ROUTES.archive, { status: 403, body: 'denied' }, /link answered 403/],
    ['archive', ROUTES.archive, { body: STORED.subarray(1) }, /bytes instead of/],
    ['archive', ROUTES.archive, { body: changed(STORED, 40) }, /another checksum/],
  ])('fails at the step %s', async (step, route, answer, message) => {
    api.answers[route] = answer;
    const { failed, seconds } = await probe();
    expect(failed!.step).toBe(step);
    expect(String(failed!.error)).toMatch(message);
    expect(Object.keys(seconds).at(-1)).toBe(step);
  });

  it.each([
    ['a changed file', changed(STORED, 40), /another size or checksum/],
    ['no end', STORED.subarray(0, -1), /no signature|cut off/],
    ['an offset beyond its end', changed(STORED, STORED.length - 6), /cut off/],
  ])('refuses a ZIP with %s that its job calls right', async (_, bytes, message) => {
    api.answers[ROUTES.status] = completed(bytes);
    api.answers[ROUTES.archive] = { body: bytes };
    const { failed } = await probe();
    expect(failed!.step).toBe('archive');
    expect(String(failed!.error)).toMatch(message);
  });

  it('cancels a job that does not end in time', async () => {
    const timeout = new AbortController();
    api.answers[ROUTES.status] = () => {
      if (api.calls.length > 2) timeout.abort();
      return { body: { status: 'queued', message: 'Queued', nextPollInMs: 1 } };
    };
    const { failed } = await probe(timeout.signal);
    expect(failed!.step).toBe('status');
    expect(String(failed!.error)).toMatch(/longer than 60 s. The job says: Queued/);
    expect(api.calls.at(-1)!.route).toBe('POST /v1/download/cancel/job-1');
  });
});

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A copy with one byte changed. */
function changed(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = copy[at]! ^ 0xff;
  return copy;
}
