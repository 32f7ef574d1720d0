import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setMaxListeners } from 'node:events';
import type { ServerResponse } from 'node:http';
import { runAs } from '../../../../src/concurrency/work-owner.js';
import type { S3Options } from '../../../../src/storage/s3/s3-client.js';
import { S3ObjectStore } from '../../../../src/storage/s3/s3-object-store.js';
import { readAll } from '../../../support/bodies.js';
import { Receiver } from '../../../support/receiver.js';

const HEAD = { etag: '"1"', 'last-modified': new Date(0).toUTCString() };

describe('S3ObjectStore', () => {
  let server: Receiver;
  let store: S3ObjectStore;
  beforeEach(async () => {
    server = await Receiver.start();
    store = open();
  });
  afterEach(async () => {
    store.close();
    await server.stop();
  });

  function open(changes: Partial<S3Options> = {}): S3ObjectStore {
    return new S3ObjectStore({
      endpoint: server.url,
      region: 'us-east-1',
      bucket: 'files',
      forcePathStyle: true,
      credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
      ...changes,
    });
  }

  const answers = (response: ServerResponse, status: number, headers: Record<string, string>, body = '') =>
    response.writeHead(status, { ...HEAD, 'content-length': String(body.length), ...headers }).end(body);

  it('does not count the wait for its turn', async () => {
    store.close();
    store = open({ limits: { connectMs: 3_000, answerMs: 3_000 } });
    let running = 0;
    let mostRunning = 0;
    server.answer = (_request, response) => {
      mostRunning = Math.max(mostRunning, ++running);
      // Slow but healthy: all requests together take several times as long as one may take.
      setTimeout(() => {
        running--;
        answers(response, 200, {});
      }, 500);
    };
    const heads = Array.from({ length: 1_800 }, (_, i) => store.head(`downloads/${i}`));
    expect(await Promise.all(heads)).toHaveLength(1_800);
    expect(mostRunning).toBeLessThanOrEqual(128);
    expect(server.requests).toHaveLength(1_800);
  });

  it('serves other jobs while one waits', async () => {
    server.answer = ({ path }, response) => void (path.endsWith('small') && answers(response, 200, {}));
    const given = new AbortController();
    setMaxListeners(0, given.signal);
    const big = runAs('big', () =>
      Array.from({ length: 500 }, () => store.head('big', given.signal).catch((error: unknown) => error)),
    );
    await expect(runAs('small', () => store.head('small'))).resolves.toMatchObject({ key: 'small' });
    given.abort(new Error('cancelled'));
    await Promise.all(big);
  });

  it('returns what the store says of an object', async () => {
    const headers = {
      'content-length': '7',
      'content-type': 'text/plain',
      'content-disposition': 'attachment; filename="a.txt"',
      'x-amz-checksum-crc32': 'AAAAAg==',
      'x-amz-checksum-type': 'FULL_OBJECT',
      'x-amz-meta-Filename': 'a.txt',
    };
    server.answer = (_request, response) => answers(response, 200, headers);
    expect(await store.head('a.txt')).toEqual({
      key: 'a.txt',
      size: 7,
      etag: '"1"',
      crc32: 2,
      contentType: 'text/plain',
      contentDisposition: 'attachment; filename="a.txt"',
      metadata: { filename: 'a.txt' },
      lastModified: new Date(0),
    });
  });

  it('signs every character of a key', async () => {
    server.answer = (_request, response) => answers(response, 200, {});
    await store.head("a b/ü!'()*+~?#&.txt");
    expect(server.requests[0]).toMatchObject({
      path: '/files/a%20b/%C3%BC%21%27%28%29%2A%2B~%3F%23%26.txt',
      headers: expect.objectContaining({ authorization: expect.stringMatching(/^AWS4-HMAC-SHA256 /) }),
    });
  });

  it('protects the body of a write', async () => {
    server.answer = (_request, response) => answers(response, 200, {});
    await store.write('a.txt', Buffer.from('text'), { metadata: { name: 'größe' } });
    expect(server.requests[0]).toMatchObject({
      method: 'PUT',
      path: '/files/a.txt',
      body: 'text',
      headers: expect.objectContaining({
        'content-length': '4',
        'x-amz-meta-name': 'gr%C3%B6%C3%9Fe',
        'x-amz-content-sha256': '982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1',
      }),
    });
  });

  it('sends a checksum instead of a hash', async () => {
    server.answer = (_request, response) => answers(response, 200, {});
    const upload = store.openUpload({ key: 'a.zip', id: 'an+id/=', checked: true });
    const sent = await upload.sendPart(7, [Buffer.from('te'), Buffer.from('xt')], 0x3b8ba7c7);
    expect(sent).toEqual({ number: 7, etag: '"1"', size: 4, crc32: 0x3b8ba7c7 });
    expect(server.requests[0]).toMatchObject({
      path: '/files/a.zip?partNumber=7&uploadId=an%2Bid%2F%3D',
      body: 'text',
      headers: expect.objectContaining({
        'x-amz-checksum-crc32': 'O4unxw==',
        'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
        authorization: expect.stringContaining('x-amz-checksum-crc32'),
      }),
    });
  });

  it('keeps its connections', async () => {
    server.answer = (_request, response) => answers(response, 200, {}, '');
    for (let i = 0; i < 5; i++) await store.head('a.txt');
    // A connection is free one turn of the event loop after its answer.
    expect(server.connections).toBeLessThanOrEqual(2);
  });

  it.each([500, 503, 429])('repeats a read that was answered with %i', async (status) => {
    server.answer = (_request, response) => {
      if (server.requests.length === 1) answers(response, status, {});
      else answers(response, 200, {}, 'bytes');
    };
    expect(String(await readAll(await store.read('a.txt')))).toBe('bytes');
  });

  it('repeats a read whose connection broke', async () => {
    server.answer = (_request, response) => {
      if (server.requests.length === 1) response.destroy();
      else answers(response, 200, {}, 'bytes');
    };
    expect(String(await readAll(await store.read('a.txt')))).toBe('bytes');
  });

  it("repeats a read with the store's clock", async () => {
    const date = new Date(Date.now() - 3_600_000).toUTCString();
    server.answer = ({ headers }, response) => {
      const signedAt = String(headers['x-amz-date']);
      const hour = new Date(date).toISOString().slice(11, 13);
      if (signedAt.slice(9, 11) === hour) answers(response, 200, { date }, 'bytes');
      else answers(response, 403, { date });
    };
    expect(String(await readAll(await store.read('a.txt')))).toBe('bytes');
  });

  describe('with a clock that jumped', () => {
    const HOUR_MS = 3_600_000;
    const signedAt = (date: unknown) =>
      Date.parse(String(date).replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
    const skewed = (response: ServerResponse, date: string) =>
      answers(response, 403, { date }, '<Error><Code>RequestTimeTooSkewed</Code></Error>');

    it('repeats every request under way', async () => {
      const date = new Date(Date.now() - HOUR_MS).toUTCString();
      const held: ServerResponse[] = [];
      server.answer = ({ headers }, response) => {
        if (Math.abs(signedAt(headers['x-amz-date']) - Date.parse(date)) < HOUR_MS / 4)
          return void answers(response, 200, { date });
        if (held.push(response) === 10) for (const each of held) skewed(each, date);
      };
      const upload = store.openUpload({ key: 'a.zip', id: 'id', checked: false });
      const sent = Array.from({ length: 10 }, (_, i) => upload.sendPart(i + 1, [Buffer.from('text')], 0));
      expect(await Promise.all(sent)).toHaveLength(10);
      expect(server.requests).toHaveLength(20);
    });

    it('repeats a request once only', async () => {
      server.answer = (_request, response) => {
        const ahead = server.requests.length * HOUR_MS;
        skewed(response, new Date(Date.now() + ahead).toUTCString());
      };
      await expect(store.read('a.txt')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
      expect(server.requests).toHaveLength(2);
    });

    it('repeats a request of the SDK', async () => {
      server.answer = (_request, response) =>
        answers(response, 200, { date: new Date(Date.now() + HOUR_MS).toUTCString() });
      await store.head('a.txt');
      server.answer = ({ headers }, response) => {
        const date = new Date().toUTCString();
        const isSkewed = Math.abs(signedAt(headers['x-amz-date']) - Date.now()) > HOUR_MS / 4;
        if (isSkewed) return void skewed(response, date);
        const body = '<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>';
        return void answers(response, 200, { date }, body);
      };
      expect((await store.begin('a.zip', { checked: false })).ref.id).toBe('1');
    });
  });

  it('does not repeat a read after its signal aborts', async () => {
    const given = new AbortController();
    server.answer = (_request, response) => {
      response.once('close', () => given.abort(new Error('cancelled')));
      answers(response, 503, {});
    };
    await expect(store.read('a.txt', { signal: given.signal })).rejects.toThrow('cancelled');
    expect(server.requests).toHaveLength(1);
  });

  it('stops when its signal aborts', async () => {
    const given = new AbortController();
    server.answer = () => given.abort(new Error('cancelled'));
    await expect(store.head('a.txt', given.signal)).rejects.toThrow('cancelled');
    expect(server.requests).toHaveLength(1);
  });
});
