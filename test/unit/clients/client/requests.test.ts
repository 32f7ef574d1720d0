import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type ClientOptions, LonghaulClient } from 'longhaul/client';
import { aStatus, JOB } from '../../../support/watched-api.js';

type Answer = Response | 'fault' | 'hang';

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
const problem = (code: string, status: number, headers: Record<string, string> = {}) =>
  json({ code, detail: `It is ${code}.`, requestId: 'r1' }, status, headers);

describe('LonghaulClient', () => {
  let requests: { url: URL; init: RequestInit; at: number }[];

  beforeEach(() => {
    requests = [];
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    jest.spyOn(Math, 'random').mockReturnValue(0);
  });
  afterEach(() => {
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  /** A client of a server that gives these answers; the last one stays. */
  function clientOf(answers: (() => Answer)[], options: ClientOptions = {}): LonghaulClient {
    const play: typeof fetch = async (url, init) => {
      requests.push({ url: new URL(url), init: init!, at: Date.now() });
      const answer = (answers.length > 1 ? answers.shift()! : answers[0]!)();
      if (answer === 'fault') throw new TypeError('fetch failed', { cause: { code: 'ECONNRESET' } });
      // Ignores its signal, as some replacements of fetch do.
      if (answer === 'hang') return new Promise(() => {});
      return answer;
    };
    return new LonghaulClient({ baseUrl: 'https://api.test/lh', fetch: play, ...options });
  }

  /** Resolves to the value or the failure, and lets time pass until then. */
  async function settled(work: PromiseLike<unknown>, ms = 60_000): Promise<unknown> {
    const results: unknown[] = [];
    const keep = (value: unknown) => results.push(value);
    work.then(keep, keep);
    for (let passed = 0; results.length === 0 && passed < ms; passed += 100) {
      await jest.advanceTimersByTimeAsync(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return results[0];
  }
  const seconds = () => requests.map(({ at }) => Math.round((at - requests[0]!.at) / 1_000));
  const authorization = () => requests.map(({ init }) => new Headers(init.headers).get('authorization'));

  it('repeats a start under one key after 1, 2, 4 s', async () => {
    const client = clientOf([
      () => 'fault',
      () => new Response('oops', { status: 502 }),
      () => 'fault',
      started,
    ]);
    expect(await settled(client.start({ fileIds: [1] }))).toMatchObject({ jobId: JOB, replayed: true });
    expect(seconds()).toEqual([0, 1, 3, 7]);
    expect(new Set(requests.map(({ init }) => init.body)).size).toBe(1);
    expect(requests[0]!.init.body).toMatch(/"clientRequestId":"[\d-]{10,}"/);
  });

  it.each([
    ['20', 20],
    [() => new Date(Date.now() + 20_000).toUTCString(), 20],
    ['60', 60],
    ['0', 1],
    ['soon', 1],
  ])('waits as Retry-After %s tells', async (told, wanted) => {
    const value = typeof told === 'string' ? told : told();
    const client = clientOf([() => problem('RATE_LIMITED', 429, { 'retry-after': value }), started]);
    expect(await settled(client.start({ fileIds: [1] }), 100_000)).toMatchObject({ jobId: JOB });
    expect(Math.abs(seconds()[1]! - wanted)).toBeLessThanOrEqual(1);
  });

  it('gives up when it was told to wait for long', async () => {
    const client = clientOf([() => problem('RATE_LIMITED', 429, { 'retry-after': '99999999999' })]);
    expect(await settled(client.start({ fileIds: [1] }), 1_000)).toMatchObject({
      code: 'RATE_LIMITED',
      status: 429,
    });
  });

  it('gives up after its time', async () => {
    const client = clientOf([() => 'fault']);
    const failure = await settled(client.status(JOB));
    expect(failure).toMatchObject({ code: 'NETWORK', status: null });
    expect((failure as Error).message).toContain('ECONNRESET');
    expect(seconds().at(-1)).toBeLessThanOrEqual(60);
  });

  it('ends a request without an answer after 5 s', async () => {
    const client = clientOf([() => 'hang'], { retryForMs: 0 });
    expect(await settled(client.status(JOB), 5_200)).toMatchObject({ code: 'TIMEOUT' });
  });

  it('stops waiting when its signal aborts', async () => {
    const stop = new AbortController();
    const pending = settled(clientOf([() => 'hang']).status(JOB, { signal: stop.signal }));
    await jest.advanceTimersByTimeAsync(100);
    stop.abort('enough');
    expect(await pending).toBe('enough');
    expect(requests[0]!.init.signal!.aborted).toBe(true);
  });

  it.each([
    ['a page of HTML', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['an empty answer', () => new Response('')],
    ['no content', () => new Response(null, { status: 204 })],
    ['a redirect', () => new Response(null, { status: 302, headers: { location: 'https://login.test/' } })],
    ['a text', () => json('hello')],
    ['HTML under 404', () => new Response('<html>', { status: 404 })],
  ])('refuses %s at once', async (_, answer) => {
    expect(await settled(clientOf([answer]).status(JOB), 500)).toMatchObject({ code: 'BAD_ANSWER' });
    expect(requests).toHaveLength(1);
    expect(requests[0]!.init.redirect).toBe('manual');
  });

  it.each(['', '{"jobId":"5d9f'])('repeats a request whose answer was cut to %j', async (text) => {
    const cut = () => new Response(text, { headers: { 'content-type': 'application/json; charset=utf-8' } });
    expect(await settled(clientOf([cut, () => json(aStatus())]).status(JOB))).toEqual(aStatus());
  });

  it('tells a problem with its details', async () => {
    const errors = [{ path: 'fileIds.0', message: 'must be an id' }];
    const client = clientOf([
      () => json({ code: 'INVALID_REQUEST', title: 'No', requestId: 'r7', errors }, 400),
    ]);
    expect(await settled(client.start({ fileIds: [] }))).toMatchObject({
      code: 'INVALID_REQUEST',
      message: 'No',
      status: 400,
      requestId: 'r7',
      errors,
      retryAfterMs: null,
    });
  });

  describe('with a token', () => {
    const expired = ({ init }: { init: RequestInit }) =>
      new Headers(init.headers).get('authorization') === 'Bearer t1';
    const byToken = () => (expired(requests.at(-1)!) ? problem('UNAUTHENTICATED', 401) : json(aStatus()));

    it('asks once more after a 401, for all requests', async () => {
      let asked = 0;
      const client = clientOf([byToken], { token: async () => ` t${++asked}\n` });
      const all = Promise.all(Array.from({ length: 1_000 }, () => client.status(JOB)));
      expect(await settled(all)).toHaveLength(1_000);
      expect(asked).toBe(2);
      expect(requests).toHaveLength(2_000);
    });

    it('tells a 401 when there is no other token', async () => {
      const client = clientOf([byToken], { token: () => 't1' });
      expect(await settled(client.status(JOB))).toMatchObject({ code: 'UNAUTHENTICATED', status: 401 });
      expect(requests).toHaveLength(1);
    });

    it('repeats a token that could not be read', async () => {
      let asked = 0;
      const token = () => (asked++ === 0 ? Promise.reject(new Error('offline')) : 't2');
      expect(await settled(clientOf([byToken], { token }).status(JOB))).toEqual(aStatus());
      expect(authorization()).toEqual(['Bearer t2']);
    });

    it('ends with a token function that never answers', async () => {
      const token = () => new Promise<string>(() => {});
      const pending = settled(clientOf([byToken], { token, retryForMs: 0 }).status(JOB), 5_200);
      expect(await pending).toMatchObject({ code: 'NETWORK', message: expect.stringContaining('in time') });
    });

    it('asks a token function that was late again', async () => {
      let asked = 0;
      const token = () => (asked++ === 0 ? new Promise<string>(() => {}) : 't2');
      expect(await settled(clientOf([byToken], { token }).status(JOB))).toEqual(aStatus());
    });

    it('stops waiting for the token when its signal aborts', async () => {
      const stop = new AbortController();
      const client = clientOf([byToken], { token: () => new Promise<string>(() => {}) });
      const pending = settled(client.status(JOB, { signal: stop.signal }));
      stop.abort('enough');
      expect(await pending).toBe('enough');
      await jest.advanceTimersByTimeAsync(5_000);
    });

    it.each([
      ['a key', 's3cret'],
      ['a function', async () => 's3cret'],
    ])('hides %s in logs', async (_, token) => {
      const client = clientOf([() => json(aStatus())], { token });
      await settled(client.status(JOB));
      const shown = inspect(client, { depth: 9, showHidden: true }) + JSON.stringify(client);
      expect(shown).toContain('LonghaulClient');
      expect(shown).not.toContain('s3cret');
      expect(authorization()).toEqual(['Bearer s3cret']);
    });

    it('works behind a proxy object', async () => {
      const client = new Proxy(clientOf([() => json(aStatus())], { token: 't2' }), {});
      expect(await settled(client.status(JOB))).toEqual(aStatus());
    });

    it('never shows a token that cannot be sent', async () => {
      const failure = await settled(clientOf([byToken], { token: 'se\ncret' }).status(JOB));
      expect(failure).toMatchObject({ code: 'INVALID_REQUEST' });
      expect(String(failure) + String((failure as Error).cause)).not.toContain('cret');
    });
  });

  it('tells that the traceparent function failed', async () => {
    const traceparent = () => {
      throw new Error('no span');
    };
    expect(await settled(clientOf([started], { traceparent }).status(JOB))).toMatchObject({
      code: 'INVALID_REQUEST',
      message: 'The request cannot be sent.',
    });
  });

  it.each([Infinity, 2 ** 40])('takes a time limit of %d', async (timeoutMs) => {
    const client = clientOf([() => json(aStatus())], { timeoutMs });
    expect(await settled(client.status(JOB))).toEqual(aStatus());
  });

  it.each([{}, { nextCursor: 'a' }])('ends a list whose pages name %j as next', async (next) => {
    const client = clientOf([() => json({ files: [{ fileId: 1 }], ...next })]);
    const read = async () => {
      let count = 0;
      for await (const { fileId } of client.files()) count += Number(fileId);
      return count;
    };
    expect(await settled(read())).toBeLessThanOrEqual(2);
    expect(requests.length).toBeLessThanOrEqual(2);
  });

  it('sends no undefined values', async () => {
    const client = clientOf([started]);
    const archive = { name: undefined, format: 'tar' as const };
    await settled(client.start({ fileIds: [1], archive, labels: undefined, clientRequestId: 'k' }));
    await settled(client.list({ cursor: undefined, limit: 5, status: undefined }));
    const [start, list] = requests;
    expect(start!.init.body).toBe('{"fileIds":[1],"archive":{"format":"tar"},"clientRequestId":"k"}');
    expect(list!.url.search).toBe('?limit=5');
  });

  it.each(['', 'localhost:3000', 'ftp://x', '/api', 'https://a:b@x', 'http://'])(
    'names the base URL %j as invalid',
    (baseUrl) => expect(() => new LonghaulClient({ baseUrl })).toThrow(/^Use a URL like https:/),
  );

  it.each(['https://x/lh', 'https://x/lh/', new URL('https://x/lh?a#b'), ' https://x/lh\n'])(
    'keeps the prefix of %s',
    (baseUrl) => expect(new LonghaulClient({ baseUrl }).baseUrl.href).toBe('https://x/lh/'),
  );

  it('does not send a body that is no JSON', async () => {
    const client = clientOf([started]);
    expect(await settled(client.start({ fileIds: [1n as unknown as number] }))).toMatchObject({
      code: 'INVALID_REQUEST',
    });
    expect(requests).toHaveLength(0);
  });
});

/** Found under its key, as after an answer that was lost. */
function started(): Response {
  return json({ jobId: JOB, status: 'queued' }, 202, { 'idempotency-replayed': 'true' });
}
