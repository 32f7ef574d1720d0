import type { ServerResponse } from 'node:http';
import { setMaxListeners } from 'node:events';
import type { LookupFunction } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runAs } from '../../../src/concurrency/work-owner.js';
import { OutboundError } from '../../../src/outbound/outbound-error.js';
import { discard, OutboundHttp, textOf } from '../../../src/outbound/outbound-http.js';
import { UrlGuard } from '../../../src/outbound/url-guard.js';
import { Receiver } from '../../support/receiver.js';

const resolvingTo =
  (...addresses: string[]): LookupFunction =>
  (_hostname, options, callback) => {
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    if (options.all) callback(null, found);
    else callback(null, found[0]!.address, found[0]!.family);
  };

const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'success',
    (error: unknown) => (error instanceof OutboundError ? error.failure : error),
  );

describe('OutboundHttp', () => {
  let receiver: Receiver;
  let clients: OutboundHttp[];
  beforeEach(async () => {
    receiver = await Receiver.start();
    clients = [];
  });
  afterEach(async () => {
    for (const open of clients) open.close();
    await receiver.stop();
  });

  function client(allowed: string[] = [], lookup?: LookupFunction): OutboundHttp {
    clients.push(new OutboundHttp(new UrlGuard(allowed), lookup));
    return clients.at(-1)!;
  }
  const get = (url: string, http: OutboundHttp, answerMs = 5_000) =>
    http.send({ method: 'GET', url, answerMs });

  it.each([
    ['http to loopback', () => receiver.url],
    ['https to loopback', () => `https://127.0.0.1:${receiver.port}/`],
    ['localhost', () => `https://localhost:${receiver.port}/`],
    ['a decimal spelling', () => `https://2130706433:${receiver.port}/`],
    ['an octal spelling', () => `https://0177.0.0.1:${receiver.port}/`],
    ['a hexadecimal spelling', () => `https://0x7f.1:${receiver.port}/`],
    ['a mapped address', () => `https://[::ffff:127.0.0.1]:${receiver.port}/`],
    ['the unspecified address', () => `https://0.0.0.0:${receiver.port}/`],
  ])('refuses %s without connecting', async (_, url) => {
    expect(await failureOf(get(url(), client()))).toBe('refused');
    expect(receiver.connections).toBe(0);
  });

  it.each([
    ['to loopback', ['127.0.0.1']],
    ['to loopback over IPv6', ['::1']],
    ['to a mapped address', ['::ffff:127.0.0.1']],
    ['to a private address', ['10.0.0.1']],
    ['to metadata', ['169.254.169.254']],
    ['to metadata of Azure', ['168.63.129.16']],
    ['to the compatible form', ['::7f00:1']],
    ['to public and private ones', ['8.8.8.8', '127.0.0.1']],
    ['to no address', []],
  ])('refuses a host name that resolves %s', async (_, addresses) => {
    const url = `https://rebound.example.com:${receiver.port}/`;
    expect(await failureOf(get(url, client([], resolvingTo(...addresses))))).toBe('refused');
    expect(receiver.connections).toBe(0);
  });

  it('checks the address on every connection', async () => {
    let address = '127.0.0.1';
    const asked: string[] = [];
    const http = client([], (hostname, options, callback) => {
      asked.push(hostname);
      resolvingTo(address)(hostname, options, callback);
    });
    const url = `https://rebound.example.com:${receiver.port}/`;
    expect(await failureOf(get(url, http))).toBe('refused');
    address = '::1';
    expect(await failureOf(get(url, http))).toBe('refused');
    expect(asked).toHaveLength(2);
    expect(receiver.connections).toBe(0);
  });

  it('follows no redirect', async () => {
    const inner = await Receiver.start();
    receiver.answer = (_, response) => response.writeHead(302, { location: `${inner.url}/secret` }).end();
    const answer = await get(receiver.url, client([receiver.host]));
    expect(answer.status).toBe(302);
    discard(answer);
    expect(inner.connections).toBe(0);
    await inner.stop();
  });

  it('reaches allowed hosts and trusted URLs', async () => {
    receiver.answer = (_, response) => response.end('hello');
    const allowed = await get(receiver.url, client([receiver.host]));
    expect(await textOf(allowed, 100)).toBe('hello');
    const own = await client().send({
      method: 'POST',
      url: `${receiver.url}/x?y`,
      body: 'text',
      headers: { 'x-a': 'b' },
      answerMs: 5_000,
      trusted: true,
    });
    expect(await textOf(own, 100)).toBe('hello');
    expect(receiver.requests[1]).toMatchObject({
      method: 'POST',
      path: '/x?y',
      body: 'text',
      headers: { 'x-a': 'b' },
    });
  });

  it('times out without a response', async () => {
    receiver.answer = () => {};
    expect(await failureOf(get(receiver.url, client([receiver.host]), 100))).toBe('timeout');
  });

  it('rejects with the reason of an abort', async () => {
    const abort = new AbortController();
    receiver.answer = () => abort.abort(new Error('cancelled'));
    const sent = client([receiver.host]).send({
      method: 'GET',
      url: receiver.url,
      answerMs: 5_000,
      signal: abort.signal,
    });
    await expect(sent).rejects.toThrow('cancelled');
  });

  it('does not count the wait for its turn', async () => {
    const http = client([receiver.host]);
    const answerMs = 3_000;
    let running = 0;
    let mostRunning = 0;
    receiver.answer = (_request, res) => {
      mostRunning = Math.max(mostRunning, ++running);
      // Slow but healthy: all requests together take several times as long as one may take.
      setTimeout(() => {
        running--;
        res.end();
      }, 500);
    };
    const requests = Array.from({ length: 600 }, () => failureOf(get(receiver.url, http, answerMs)));
    expect(new Set(await Promise.all(requests))).toEqual(new Set(['success']));
    expect(mostRunning).toBeLessThanOrEqual(64);
  });

  it('serves others while one owner waits', async () => {
    const http = client([receiver.host]);
    receiver.answer = ({ path }, res) => void (path === '/small' && res.end());
    const given = new AbortController();
    setMaxListeners(0, given.signal);
    const big = runAs('big', () =>
      Array.from({ length: 200 }, () =>
        failureOf(http.send({ method: 'GET', url: receiver.url, answerMs: 60_000, signal: given.signal })),
      ),
    );
    const small = runAs('small', () => get(`${receiver.url}/small`, http, 60_000));
    expect((await small).status).toBe(200);
    given.abort(new Error('cancelled'));
    await Promise.all(big);
  });

  it('reads no more than the head of a response', async () => {
    const http = client([receiver.host]);
    receiver.answer = (_request, res) => {
      res.writeHead(200, { 'content-length': '60000' });
      res.write('x');
    };
    const slow = await Promise.all(Array.from({ length: 200 }, () => get(receiver.url, http)));
    expect(slow.map(({ status }) => status)).toEqual(Array.from({ length: 200 }, () => 200));
    for (const { body } of slow) body.destroy();
  });

  it('limits the size of a response', async () => {
    receiver.answer = (_, response) => response.end('x'.repeat(1_000));
    const answer = await get(receiver.url, client([receiver.host]));
    expect(await failureOf(textOf(answer, 999))).toBe('too-large');
  });

  it('does not quote the response in an error', async () => {
    const secret = 'hunter2';
    receiver.answer = (_, response) => response.socket!.end(`HTTP/1.1 ${secret}\r\n\r\n`);
    const error = await get(`${receiver.url}/?key=${secret}`, client([receiver.host])).catch(
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(OutboundError);
    expect(JSON.stringify([error, Object.values(error as object), (error as Error).stack])).not.toContain(
      secret,
    );
    expect((error as Error).cause).toBeUndefined();
  });

  it('describes a refused connection', async () => {
    const { host, url } = receiver;
    await receiver.stop();
    const error = await get(url, client([host])).catch((e: unknown) => e);
    expect(error).toMatchObject({
      failure: 'unreachable',
      message: 'the connection was refused (ECONNREFUSED)',
    });
    receiver = await Receiver.start();
  });

  it('reuses connections and retries on a stale one', async () => {
    const http = client([receiver.host]);
    receiver.answer = (_, response) => response.end('hello');
    await textOf(await get(receiver.url, http), 100);
    discard(await get(receiver.url, http));
    await textOf(await get(receiver.url, http), 100);
    expect(receiver.connections).toBeLessThan(receiver.requests.length);
    receiver.answer = (_, response) => {
      receiver.answer = (_again, other) => other.end('again');
      response.socket!.destroy();
    };
    expect(await textOf(await get(receiver.url, http), 100)).toBe('again');
  });

  it('sends again after several stale connections', async () => {
    const http = client([receiver.host]);
    const held: ServerResponse[] = [];
    receiver.answer = (_, response) => {
      if (held.push(response) === 3) for (const one of held) one.end('hello');
    };
    await Promise.all([1, 2, 3].map(async () => textOf(await get(receiver.url, http), 100)));
    let stale = 3;
    receiver.answer = (_, response) =>
      void (stale-- > 0 ? response.socket!.destroy() : response.end('again'));
    expect(await textOf(await get(receiver.url, http), 100)).toBe('again');
  });
});
