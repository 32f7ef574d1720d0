import { createHmac, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import type { LonghaulError } from '../../../../src/contract/errors.js';
import type { FileId } from '../../../../src/contract/files.js';
import { OutboundHttp } from '../../../../src/outbound/outbound-http.js';
import { UrlGuard } from '../../../../src/outbound/url-guard.js';
import { HttpCatalogue } from '../../../../src/source/catalogue/http-catalogue.js';
import { type ReceivedRequest, Receiver } from '../../../support/receiver.js';

const KEY = randomBytes(32);
const SECRET = `whsec_${KEY.toString('base64')}`;
const PLANTED = 'hunter2';

describe('HttpCatalogue', () => {
  let application: Receiver;
  let http: OutboundHttp;
  let catalogue: HttpCatalogue;
  beforeEach(async () => {
    application = await Receiver.start();
    http = new OutboundHttp(new UrlGuard());
    catalogue = new HttpCatalogue({ url: `${application.url}/files?tenant=a`, secret: SECRET, http });
  });
  afterEach(async () => {
    http.close();
    await application.stop();
  });

  const answerWith = (files: unknown) => {
    application.answer = (_, response) => response.end(JSON.stringify({ files }));
  };
  const failing = (promise: Promise<unknown>) =>
    promise.then(
      () => undefined,
      (error: unknown) => error as LonghaulError,
    );
  const queryOf = ({ body }: ReceivedRequest) => JSON.parse(body) as { userId: string; fileIds: FileId[] };

  it('signs its requests as Standard Webhooks does', async () => {
    answerWith([]);
    await catalogue.resolve('ada', [70_000, 'b']);
    const [request] = application.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/files?tenant=a' });
    const { body, headers } = request!;
    expect(new Webhook(SECRET).verify(body, headers as Record<string, string>)).toEqual({
      userId: 'ada',
      fileIds: [70_000, 'b'],
    });
    const signed = `${headers['webhook-id'] as string}.${headers['webhook-timestamp'] as string}.${body}`;
    const hmac = createHmac('sha256', KEY).update(signed).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${hmac}`);
  });

  it('resolves each id in order, from every response form', async () => {
    answerWith([
      { fileId: '70001', url: 'https://files.example.com/b?sig=1', name: 'b.txt', size: 5 },
      { fileId: 70_000, key: 'photos/a.jpg', unknown: true },
      { fileId: 'c', outcome: 'missing' },
      { fileId: 'd', outcome: 'forbidden' },
      { fileId: 'e', missing: true },
      { fileId: 'f', forbidden: true },
      { fileId: 'h', key: 'h', name: null, size: null, outcome: 'found' },
      { fileId: 'not asked for', key: 'x' },
    ]);
    expect(await catalogue.resolve('ada', [70_000, 70_001, 'c', 'd', 'e', 'f', 'g', 'h'])).toEqual([
      { fileId: 70_000, outcome: 'found', location: { kind: 'object', keys: ['photos/a.jpg'] }, name: null },
      {
        fileId: 70_001,
        outcome: 'found',
        location: { kind: 'https', url: 'https://files.example.com/b?sig=1', size: 5 },
        name: 'b.txt',
      },
      { fileId: 'c', outcome: 'missing' },
      { fileId: 'd', outcome: 'forbidden' },
      { fileId: 'e', outcome: 'missing' },
      { fileId: 'f', outcome: 'forbidden' },
      { fileId: 'g', outcome: 'missing' },
      { fileId: 'h', outcome: 'found', location: { kind: 'object', keys: ['h'] }, name: null },
    ]);
  });

  it('denies an id with contradicting entries', async () => {
    for (const order of [0, 1]) {
      const twice = [
        { fileId: 70_000, key: 'a' },
        { fileId: '70000', outcome: 'forbidden' },
      ];
      answerWith(order === 0 ? twice : twice.toReversed());
      expect(await catalogue.resolve('ada', [70_000])).toEqual([{ fileId: 70_000, outcome: 'forbidden' }]);
    }
  });

  it('requests 1,000 ids at once', async () => {
    application.answer = (request, response) => {
      const files = queryOf(request).fileIds.map((fileId) => ({ fileId, key: `k/${fileId}` }));
      response.end(JSON.stringify({ files }));
    };
    const fileIds = Array.from({ length: 2_500 }, (_, i) => 70_000 + i);
    const entries = await catalogue.resolve('ada', fileIds);
    expect(entries.map(({ fileId }) => fileId)).toEqual(fileIds);
    expect(application.requests.map((request) => queryOf(request).fileIds.length)).toEqual([
      1_000, 1_000, 500,
    ]);
  });

  it.each([
    'archives/0123/job/archive.zip',
    'Archives/x',
    'archives',
    'x/../archives/y',
    '../etc/passwd',
    './archives/x',
    '/archives/x',
    'x//archives',
    'x/',
    '..',
    'x\\..\\archives',
    'x\u0000',
  ])('forbids the key %j', async (key) => {
    answerWith([{ fileId: 70_000, key }]);
    expect(await catalogue.resolve('ada', [70_000])).toEqual([{ fileId: 70_000, outcome: 'forbidden' }]);
  });

  it('allows keys that only look similar', async () => {
    const keys = ['archives-2025/x', 'x/archives/y', '...', 'a..b/c', '.hidden', 'Grüße 日本.txt'];
    answerWith(keys.map((key, i) => ({ fileId: String(i), key })));
    const entries = await catalogue.resolve(
      'ada',
      keys.map((_, i) => String(i)),
    );
    expect(entries.map(({ outcome }) => outcome)).toEqual(keys.map(() => 'found'));
  });

  it.each([500, 502, 503, 429])('retries with the same message id after status %i', async (status) => {
    let left = 2;
    application.answer = (_, response) => {
      if (left-- > 0) response.writeHead(status).end();
      else response.end('{"files":[]}');
    };
    expect(await catalogue.resolve('ada', [70_000])).toMatchObject([{ outcome: 'missing' }]);
    expect(application.requests).toHaveLength(3);
    expect(new Set(application.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it('throws CATALOGUE_UNAVAILABLE after its retries', async () => {
    application.answer = (_, response) => response.socket!.destroy();
    expect(await failing(catalogue.resolve('ada', [70_000]))).toMatchObject({
      code: 'CATALOGUE_UNAVAILABLE',
    });
    expect(application.requests.length).toBeGreaterThanOrEqual(3);
  });

  it('rejects with the reason of an abort', async () => {
    const abort = new AbortController();
    application.answer = () => abort.abort(new Error('cancelled'));
    await expect(catalogue.resolve('ada', [70_000], abort.signal)).rejects.toThrow('cancelled');
  });

  it.each([
    ['no JSON', `<html>${PLANTED}`, 'sent a response that is not JSON'],
    ['another shape', JSON.stringify({ data: PLANTED }), 'files must be a list'],
    ['a list', JSON.stringify([PLANTED]), 'it must be an object with files'],
    ['a file that is not an object', JSON.stringify({ files: [PLANTED] }), 'files.0 must be an object'],
    ['a file without an id', JSON.stringify({ files: [{ key: PLANTED }] }), 'files.0.fileId must be an id'],
    [
      'a file without a location',
      JSON.stringify({ files: [{ fileId: 1, name: PLANTED }] }),
      'files.0 must have one of',
    ],
    [
      'a file with two locations',
      JSON.stringify({ files: [{ fileId: 1, key: PLANTED, url: PLANTED }] }),
      'must have one of',
    ],
    [
      'a size that is not a number',
      JSON.stringify({ files: [{ fileId: 1, key: 'k', size: PLANTED }] }),
      'files.0.size must be',
    ],
  ])('describes an invalid response without quoting it: %s', async (_, body, message) => {
    application.answer = (_request, response) => response.setHeader('x-secret', PLANTED).end(body);
    const error = await failing(catalogue.resolve('ada', [70_000]));
    expect(error).toMatchObject({ code: 'CATALOGUE_INVALID' });
    expect(error!.message).toContain(message);
    expect(inspect(error, { depth: 10 })).not.toMatch(new RegExp(`${PLANTED}|${SECRET}`));
    expect(error!.cause).toBeUndefined();
    expect(application.requests).toHaveLength(1);
  });

  it.each([400, 401, 404, 302])('does not retry after status %i', async (status) => {
    application.answer = (_, response) =>
      response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end(PLANTED);
    const error = await failing(catalogue.resolve('ada', [70_000]));
    expect(error).toMatchObject({ code: 'CATALOGUE_INVALID' });
    expect(error!.message).toContain(`status ${status}`);
    expect(application.requests).toHaveLength(1);
  });

  it('limits the size of a response', async () => {
    application.answer = (_, response) => {
      const write = () => {
        while (response.write(Buffer.alloc(1_000_000)));
      };
      response.on('drain', write);
      write();
    };
    const error = await failing(catalogue.resolve('ada', [70_000]));
    expect(error).toMatchObject({ code: 'CATALOGUE_INVALID' });
    expect(error!.message).toContain('The catalogue sent a response of more than 16777216 bytes.');
  });
});
