import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { S3ObjectStore } from '../../../../src/storage/s3/s3-object-store.js';
import { close, listen } from '../../../support/raw-http.js';

describe('S3ObjectStore without space', () => {
  let answer: [status: number, code: string];
  let requests: number;
  let server: Server;
  let store: S3ObjectStore;
  beforeEach(async () => {
    requests = 0;
    server = createServer((req, res) => {
      requests++;
      req.resume().on('end', () => {
        res.writeHead(answer[0], { 'content-type': 'application/xml' });
        res.end(`<Error><Code>${answer[1]}</Code><Message>The text of the store.</Message></Error>`);
      });
    });
    const endpoint = `http://127.0.0.1:${await listen(server)}`;
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    store = new S3ObjectStore({
      endpoint,
      region: 'us-east-1',
      bucket: 'b',
      forcePathStyle: true,
      credentials,
    });
  });
  afterEach(async () => {
    store.close();
    await close(server);
  });

  it.each<[number, string]>([
    [507, 'InsufficientStorage'],
    [507, 'XMinioStorageFull'],
    [507, 'AnyOther'],
    [403, 'QuotaExceeded'],
    [400, 'XMinioAdminBucketQuotaExceeded'],
  ])('rejects with STORAGE_FULL after one %d %s', async (...full) => {
    answer = full;
    await expect(store.write('key', Buffer.from('text'))).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    expect(requests).toBe(1);
  });

  it('rejects with STORAGE_UNAVAILABLE for any other refusal', async () => {
    answer = [400, 'InvalidArgument'];
    await expect(store.write('key', Buffer.from('text'))).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
    });
  });
});
