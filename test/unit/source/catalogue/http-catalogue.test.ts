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

  it('takes modification times and ignores other forms', async () => {
    const modifiedAt = '2026-02-01T08:00:00+01:00';
    answerWith([
      { fileId: 'a', key: 'a', modifiedAt },
      { fileId: 'b', key: 'b', modifiedAt: 1_769_932_800 },
      { fileId: 'c', key: 'c', modifiedAt: null },
    ]);
    const entries = await catalogue.resolve('ada', ['a', 'b', 'c']);
    expect(entries.map((entry) => 'modifiedAt' in entry && entry.modifiedAt)).toEqual([
      modifiedAt,
      false,
      false,
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

  describe('with a malformed entry', () => {
    const long = (length: number) => 'https://files.example.com/'.padEnd(length, PLANTED);

    it.each([
      ['a long URL', { url: long(8_193) }, 'url is longer than 8192 characters'],
      ['a long key', { key: 'é'.repeat(513) }, 'key is longer than 1024 bytes'],
      ['an empty key', { key: '' }, 'key is empty'],
      ['no location', { name: PLANTED }, 'it must have one of key, url, or outcome'],
      ['two locations', { key: PLANTED, url: PLANTED }, 'it must have one of key, url, or outcome'],
      ['a size that is text', { key: 'k', size: PLANTED }, 'size must be a number of bytes'],
      ['an unknown outcome', { outcome: PLANTED }, 'outcome must be found, missing or forbidden'],
      ['a location that is a list', { key: [PLANTED] }, 'key must be a string'],
    ])('rejects that id alone, by name: %s', async (_, changes, reason) => {
      answerWith([
        { fileId: 70_000, key: 'a' },
        { fileId: 70_001, ...changes },
        { fileId: 70_002, ...changes },
      ]);
      const [good, bad, missing] = await catalogue.resolve('ada', [70_000, 70_001, 70_003]);
      expect(good).toMatchObject({ fileId: 70_000, outcome: 'found' });
      expect(bad).toEqual({
        fileId: 70_001,
        outcome: 'invalid',
        reason: expect.stringContaining(`sent an invalid entry: ${reason}`),
      });
      expect(missing).toEqual({ fileId: 70_003, outcome: 'missing' });
      expect(JSON.stringify(bad)).not.toContain(PLANTED);
    });

    it('accepts URLs, keys and names at their limits', async () => {
      const [key, name] = ['é'.repeat(512), 'n'.repeat(1_024)];
      answerWith([
        { fileId: 'a', url: long(8_192), name },
        { fileId: 'b', key },
      ]);
      expect(await catalogue.resolve('ada', ['a', 'b'])).toMatchObject([
        { outcome: 'found', location: { url: long(8_192) }, name },
        { outcome: 'found', location: { keys: [key] } },
      ]);
    });

    it.each([
      ['null', null],
      ['text', PLANTED],
      ['a list', [{ fileId: 70_001, key: 'b' }]],
      ['without an id', { key: PLANTED }],
      ['with an id that is no id', { fileId: { $: 70_001 }, key: PLANTED }],
      ['with a broken number', { fileId: 70_001.5, key: PLANTED }],
    ])('calls no id missing because of an entry %s', async (_, entry) => {
      answerWith([entry, { fileId: 70_000, key: 'a' }]);
      expect(await catalogue.resolve('ada', [70_000, 70_001])).toMatchObject([
        { fileId: 70_000, outcome: 'found' },
        { fileId: 70_001, outcome: 'invalid', reason: expect.stringContaining('without a valid fileId') },
      ]);
    });

    it('prefers it to a valid one, and a denial to both', async () => {
      const [valid, malformed] = [{ fileId: 1, key: 'a' }, { fileId: '1' }];
      for (const twice of [
        [valid, malformed],
        [malformed, valid],
      ]) {
        answerWith(twice);
        expect(await catalogue.resolve('ada', ['1'])).toMatchObject([{ outcome: 'invalid' }]);
        answerWith([{ fileId: 1, forbidden: true }, ...twice]);
        expect(await catalogue.resolve('ada', ['1'])).toEqual([{ fileId: '1', outcome: 'forbidden' }]);
      }
    });
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
    ['files that are no list', JSON.stringify({ files: { 0: PLANTED } }), 'files must be a list'],
    ['null', 'null', 'it must be an object with files'],
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
