import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { S3ObjectStore } from '../../../../src/storage/s3/s3-object-store.js';
import { close, listen } from '../../../support/raw-http.js';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

describe("S3ObjectStore with another server's clock", () => {
  let status: number;
  let storeAheadMs: number;
  let server: Server;
  let store: S3ObjectStore;
  beforeEach(async () => {
    server = createServer((_req, res) => {
      res.writeHead(status, { date: new Date(Date.now() + storeAheadMs).toUTCString() }).end();
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

  const link = { fileName: 'a.zip', contentType: 'application/zip', expiresInSeconds: 300 };

  /** Returns by how many milliseconds the signing time of a new link is ahead of the local clock. */
  async function signedAheadMs(): Promise<number> {
    const { searchParams } = new URL(await store.signedLink('key', link));
    const compact = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
    const signedAt = searchParams.get('X-Amz-Date')!.replace(compact, '$1-$2-$3T$4:$5:$6Z');
    return Date.parse(signedAt) - Date.now();
  }

  it.each([
    [200, HOUR_MS],
    [403, -HOUR_MS],
  ])('signs links by its Date after a %d', async (answer, ahead) => {
    [status, storeAheadMs] = [answer, ahead];
    expect(store.clockAheadMs()).toBeCloseTo(0);
    await store.check().catch(() => {});
    expect(Math.abs(store.clockAheadMs() + ahead)).toBeLessThan(MINUTE_MS);
    expect(Math.abs((await signedAheadMs()) - ahead)).toBeLessThan(MINUTE_MS);
  });
});
