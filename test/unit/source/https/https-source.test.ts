import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { errorCodeOf, type LonghaulError } from '../../../../src/contract/errors.js';
import { OutboundHttp } from '../../../../src/outbound/outbound-http.js';
import { UrlGuard } from '../../../../src/outbound/url-guard.js';
import { HttpsSource } from '../../../../src/source/https/https-source.js';
import { noise, readAll } from '../../../support/bodies.js';
import { FileServer, type ServedFile } from '../../../support/file-server.js';

const MAX_BYTES = 1_000_000;
const SECRET = 'sig=hunter2';

describe('HttpsSource', () => {
  const signal = new AbortController().signal;
  const bytes = noise(300_000);
  let server: FileServer;
  let http: OutboundHttp;
  let source: HttpsSource;
  beforeEach(async () => {
    server = await FileServer.start();
    http = new OutboundHttp(new UrlGuard([server.receiver.host]));
    source = new HttpsSource(http, MAX_BYTES);
  });
  afterEach(async () => {
    http.close();
    await server.stop();
  });

  const at = (url: string, size: number | null = null) => ({ kind: 'https' as const, url, size });
  const find = (file: ServedFile, path = '/a.bin') => source.find(at(server.put(path, file)), signal);
  const codeOf = (promise: Promise<unknown>) => promise.then(() => 'success', errorCodeOf);

  async function read(file: ServedFile, meanwhile = () => {}): Promise<Buffer> {
    const found = await find(file);
    meanwhile();
    return readAll(await source.open(found.source, found.size, signal));
  }

  it('reads a name in raw UTF-8', async () => {
    const disposition = Buffer.from('attachment; filename="Grüße 日本.txt"').toString('latin1');
    expect(await find({ bytes, disposition })).toMatchObject({ name: 'Grüße 日本.txt' });
  });

  it('finds size, version, type and name with one request', async () => {
    const found = await find({
      bytes,
      etag: '"v1"',
      lastModified: 'Sun, 01 Mar 2026 12:00:00 GMT',
      contentType: 'image/png',
      disposition: `attachment; filename*=UTF-8''caf%C3%A9.png`,
    });
    expect(found).toEqual({
      size: 300_000,
      contentType: 'image/png',
      name: 'café.png',
      crc32: null,
      modifiedAt: '2026-03-01T12:00:00.000Z',
      source: {
        kind: 'https',
        url: `${server.receiver.url}/a.bin`,
        etag: '"v1"',
        lastModified: 'Sun, 01 Mar 2026 12:00:00 GMT',
        ranges: true,
      },
    });
    expect(server.ranges).toEqual(['bytes=0-0']);
  });

  it('names a file after its decoded last path segment', async () => {
    const url = server.put('/x/na%20me.txt', { bytes });
    expect((await source.find(at(`${url}?${SECRET}`), signal)).name).toBe('na me.txt');
  });

  it.each([
    ['without ranges', { ranges: false }],
    ['without conditions', { conditions: false }],
    ['without versions', { etag: undefined }],
    ['with a weak ETag', { etag: 'W/"v1"' }],
    ['with dates only', { etag: undefined, lastModified: 'Sun, 01 Mar 2026 12:00:00 GMT' }],
    ['with an empty file', { bytes: Buffer.alloc(0) }],
    ['with a file of one byte', { bytes: Buffer.from('x') }],
  ])('reads every byte from a server %s', async (_, changes) => {
    const file = { bytes, etag: '"v1"', ...changes } as ServedFile;
    expect((await read(file)).equals(file.bytes)).toBe(true);
  });

  it('resumes the same version where the connection broke', async () => {
    const file = { bytes, etag: '"v1"', cutsAfter: [100_000, 50_000] };
    expect((await read(file)).equals(bytes)).toBe(true);
    expect(server.ranges[1]).toBeUndefined();
    expect(server.ranges.slice(2)).toEqual(['bytes=100000-', 'bytes=150000-']);
    expect(server.receiver.requests[3]!.headers).toMatchObject({ 'if-match': '"v1"', 'if-range': '"v1"' });
  });

  it('reads a range, and resumes within it', async () => {
    const found = await find({ bytes, etag: '"v1"', cutsAfter: [50_000] });
    const range = { start: 100_000, end: 200_000 };
    const body = await source.open(found.source, found.size, signal, range);
    expect((await readAll(body)).equals(bytes.subarray(100_000, 200_000))).toBe(true);
    expect(server.ranges.slice(1)).toEqual(['bytes=100000-199999', 'bytes=150000-199999']);
  });

  it('does not resume without range support', async () => {
    const file = { bytes, ranges: false, cutsAfter: [1, 100_000] };
    expect(await codeOf(read(file))).toBe('SOURCE_UNAVAILABLE');
    expect(server.receiver.requests).toHaveLength(2);
  });

  describe('with a replaced file', () => {
    const other = noise(300_000);

    it.each([
      ['by its ETag', { etag: '"v1"' }, { etag: '"v2"' }],
      [
        'by its date',
        { lastModified: 'Sun, 01 Mar 2026 12:00:00 GMT' },
        { lastModified: 'Mon, 02 Mar 2026 12:00:00 GMT' },
      ],
      ['by its size only', {}, { bytes: noise(299_999) }],
    ])('detects it %s, even if conditions are ignored', async (_, before, after) => {
      for (const conditions of [true, false]) {
        const replace = () => void server.put('/a.bin', { bytes: other, conditions, ...after });
        expect(await codeOf(read({ bytes, conditions, ...before }, replace))).toBe('FILE_CHANGED');
      }
    });

    it('detects it while resuming', async () => {
      const found = await find({ bytes, etag: '"v1"', cutsAfter: [100_000] });
      const stream = await source.open(found.source, found.size, signal);
      server.put('/a.bin', { bytes: other, etag: '"v2"', conditions: false });
      expect(await codeOf(readAll(stream))).toBe('FILE_CHANGED');
    });
  });

  it.each([
    [401, 'FILE_FORBIDDEN'],
    [403, 'FILE_FORBIDDEN'],
    [404, 'FILE_NOT_FOUND'],
    [410, 'FILE_NOT_FOUND'],
    [412, 'FILE_CHANGED'],
    [400, 'FILE_UNREADABLE'],
    [204, 'FILE_UNREADABLE'],
    [408, 'SOURCE_UNAVAILABLE'],
    [429, 'SOURCE_UNAVAILABLE'],
    [500, 'SOURCE_UNAVAILABLE'],
    [503, 'SOURCE_UNAVAILABLE'],
  ])('maps status %i to %s', async (status, code) => {
    server.receiver.answer = (_, response) => response.writeHead(status).end();
    expect(await codeOf(source.find(at(server.receiver.url), signal))).toBe(code);
  });

  it('maps a broken connection to SOURCE_UNAVAILABLE', async () => {
    server.receiver.answer = (_, response) => response.socket!.destroy();
    expect(await codeOf(source.find(at(server.receiver.url), signal))).toBe('SOURCE_UNAVAILABLE');
  });

  it('follows no redirect', async () => {
    const inner = await FileServer.start();
    server.receiver.answer = (_, response) =>
      response.writeHead(302, { location: inner.put('/secret', { bytes }) }).end();
    expect(await codeOf(source.find(at(server.receiver.url), signal))).toBe('FILE_UNREADABLE');
    expect(inner.receiver.connections).toBe(0);
    await inner.stop();
  });

  it('needs a length from the server or the catalogue', async () => {
    const url = server.put('/a.bin', { bytes, ranges: false, length: false });
    const refused = await source.find(at(url), signal).catch((error: unknown) => error as LonghaulError);
    expect(refused).toMatchObject({
      code: 'FILE_UNREADABLE',
      message: 'The file cannot be read: its server does not send its length.',
    });
    const found = await source.find(at(url, bytes.length), signal);
    expect((await readAll(await source.open(found.source, found.size, signal))).equals(bytes)).toBe(true);
  });

  it('refuses a file that is too large', async () => {
    const refused = await find({ bytes: noise(1_000_001) }).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'FILE_TOO_LARGE',
      message: 'The file has 1000001 bytes; the limit is 1000000.',
    });
  });

  it.each(['gzip', 'GZIP', ' x-gzip', 'br', 'zstd', 'deflate', 'identity, gzip', ['none', 'gzip']])(
    'refuses a response with the coding %j',
    async (coding) => {
      server.receiver.answer = (_, response) => response.setHeader('content-encoding', coding).end('x');
      expect(await source.find(at(server.receiver.url), signal).catch(String)).toBe(
        'FileError: The file cannot be read: its server sends it compressed, although the request asks for the stored bytes.',
      );
    },
  );

  it.each([
    '',
    ' ',
    'identity',
    'Identity',
    'none',
    'utf-8',
    'aws-chunked',
    ',',
    'identity, identity',
    ['', 'none'],
  ])('delivers the stored bytes with the coding %j', async (coding) => {
    const serve = server.receiver.answer;
    server.receiver.answer = (request, response) => {
      response.setHeader('content-encoding', coding);
      serve(request, response);
    };
    expect((await read({ bytes, etag: '"1"' })).equals(bytes)).toBe(true);
  });

  it.each([
    [500, true],
    [501, true],
    [505, true],
    [408, false],
    [429, false],
    [502, false],
    [503, false],
    [504, false],
    [522, false],
  ])('suspects the file after status %i: %s', async (status, suspectsFile) => {
    server.receiver.answer = (_, response) => response.writeHead(status).end();
    expect(await source.find(at(server.receiver.url), signal).catch((error: unknown) => error)).toMatchObject(
      {
        code: 'SOURCE_UNAVAILABLE',
        message: `The file could not be fetched from its server: it responds with status ${status}. Try again in a minute.`,
        suspectsFile,
      },
    );
  });

  it('suspects the file when its body breaks off', async () => {
    const broken = read({ bytes, ranges: false, cutsAfter: [1, 100_000] });
    expect(await broken.catch((error: unknown) => error)).toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      suspectsFile: true,
    });
  });

  it('gives each refusal a text of its own', async () => {
    const guarded = new HttpsSource(new OutboundHttp(new UrlGuard()), MAX_BYTES);
    const textOf = (url: string) => guarded.find(at(url), signal).catch(String);
    const texts = await Promise.all([
      textOf('https://files.example.com/'.padEnd(8_193, 'x')),
      textOf('https://10.0.0.1/x'),
      textOf('http://files.example.com/x'),
      textOf('https://ada:pw@files.example.com/x'),
      textOf('https://files.example.com:22/x'),
    ]);
    expect(texts[0]).toContain('is refused: the URL must have at most 8192 characters.');
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('refuses URLs the guard refuses, without quoting them', async () => {
    const guarded = new OutboundHttp(new UrlGuard());
    const urls = [server.receiver.url, `https://127.0.0.1:${server.receiver.port}/`, 'http://%%%/'];
    for (const url of urls) {
      const error = await new HttpsSource(guarded, MAX_BYTES)
        .find(at(`${url}?${SECRET}`), signal)
        .catch(inspected);
      expect(error).toContain('FILE_FORBIDDEN');
      expect(error).not.toMatch(/hunter2|127\.0/);
    }
    expect(server.receiver.connections).toBe(0);
    guarded.close();
  });

  it('puts no URL or response into an error', async () => {
    for (const status of [302, 400, 403, 404, 500]) {
      server.receiver.answer = (_, response) =>
        response.writeHead(status, { 'x-secret': SECRET }).end(SECRET);
      const error = await source.find(at(`${server.receiver.url}/a?${SECRET}`), signal).catch(inspected);
      expect(error).not.toContain('hunter2');
    }
  });
});

/** Renders everything a log could show of an error, including its causes. */
const inspected = (error: unknown) => inspect(error, { depth: 10 });
