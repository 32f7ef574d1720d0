import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { errorCodeOf } from '../../../../src/contract/errors.js';
import { S3ObjectStore } from '../../../../src/storage/s3/s3-object-store.js';
import { Receiver } from '../../../support/receiver.js';
import { waitFor } from '../../../support/wait-for.js';

const KEY = 'downloads/a.jpg';

describe('S3ObjectStore', () => {
  let server: Receiver;
  let store: S3ObjectStore;
  let open: Set<ServerResponse>;
  beforeEach(async () => {
    server = await Receiver.start();
    open = new Set();
    const limits = { answerMs: 500 };
    const credentials = { accessKeyId: 'a', secretAccessKey: 's' };
    const endpoint = server.url;
    store = new S3ObjectStore({
      endpoint,
      region: 'us-east-1',
      bucket: 'b',
      forcePathStyle: true,
      credentials,
      limits,
    });
  });
  afterEach(async () => {
    store.close();
    await server.stop();
  });

  const methods = () => server.requests.map(({ method }) => method).join(' ');
  const refuse = (response: ServerResponse, status: number, body: string) =>
    response.writeHead(status, { 'content-type': 'application/xml' }).end(body);

  /** Sends the head of an answer and then bytes until the client closes the connection. */
  function trickle(response: ServerResponse, status: number, bytes: Buffer, everyMs: number): void {
    open.add(response);
    response.writeHead(status);
    const timer = setInterval(() => response.write(bytes), everyMs);
    response.once('close', () => {
      clearInterval(timer);
      open.delete(response);
    });
  }

  describe.each([
    ['drop by drop', Buffer.from('<'), 20],
    ['in a flood', Buffer.alloc(256 * 1024, '<'), 1],
  ])('with a store that refuses %s for ever', (_, bytes, everyMs) => {
    it.each([
      [403, 'FILE_FORBIDDEN'],
      [404, 'STORAGE_UNAVAILABLE'],
      [500, 'STORAGE_UNAVAILABLE'],
    ] as const)('ends a read that is refused with %i', async (status, code) => {
      server.answer = (_request, response) => trickle(response, status, bytes, everyMs);
      expect(await store.read(KEY).catch(errorCodeOf)).toBe(code);
      await waitFor('the connections to close', () => open.size === 0);
    });

    it('ends other requests too', async () => {
      server.answer = (_request, response) => trickle(response, 403, bytes, everyMs);
      expect(await store.check().catch(errorCodeOf)).toBe('STORAGE_UNAVAILABLE');
      await waitFor('the connections to close', () => open.size === 0);
    });
  });

  it('closes a first byte that never ends', async () => {
    server.answer = ({ method }, response) => {
      if (method === 'HEAD') return void refuse(response, 403, '');
      response.setHeader('content-range', 'bytes 0-0/7');
      trickle(response, 206, Buffer.from('.'), 20);
    };
    expect(await store.head(KEY)).toMatchObject({ size: 7 });
    await waitFor('the connection to close', () => open.size === 0);
  });

  it.each([
    ['a denied object', 403, '<Error><Code>AccessDenied</Code></Error>', 'FILE_FORBIDDEN'],
    ['an absent object', 404, '<Error><Code>NoSuchKey</Code></Error>', 'FILE_NOT_FOUND'],
    ['a page of a proxy', 404, '<html>Not Found</html>', 'STORAGE_UNAVAILABLE'],
    ['a port that speaks TLS', 400, 'Client sent an HTTP request to an HTTPS server.', 'STORAGE_UNAVAILABLE'],
    ['a firewall', 405, '', 'STORAGE_UNAVAILABLE'],
    ['a missing bucket', 404, '<Error><Code>NoSuchBucket</Code></Error>', 'STORAGE_UNAVAILABLE'],
  ])('asks twice about %s', async (_, status, body, code) => {
    server.answer = (_request, response) => refuse(response, status, body);
    expect(await store.head(KEY).catch(errorCodeOf)).toBe(code);
    expect(methods()).toBe('HEAD GET');
  });

  it.each(['head', 'read'] as const)('tries a silent store three times: %s', async (method) => {
    server.answer = () => {};
    expect(await store[method](KEY).catch(errorCodeOf)).toBe('STORAGE_UNAVAILABLE');
    expect(server.requests).toHaveLength(3);
  });

  it.each([400, 405])('fails a check that gets %i without a code', async (status) => {
    server.answer = (_request, response) => refuse(response, status, 'Not a store');
    await expect(store.check()).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      cause: { message: expect.stringContaining('S3_ENDPOINT') },
    });
  });

  it('tries a failing store three times', async () => {
    server.answer = (_request, response) => refuse(response, 503, '');
    expect(await store.read(KEY).catch(errorCodeOf)).toBe('STORAGE_UNAVAILABLE');
    expect(server.requests).toHaveLength(3);
  });
});
