import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadSettings } from '../../../src/config/env.js';
import { createObjectStore, localLinksOf } from '../../../src/storage/create-store.js';
import { S3ObjectStore } from '../../../src/storage/s3/s3-object-store.js';

const link = { fileName: 'a.zip', contentType: 'application/zip', expiresInSeconds: 60 };

describe('createObjectStore', () => {
  let dataDir: string;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'longhaul-data-'));
  });
  afterAll(() => rm(dataDir, { recursive: true }));

  const settings = (env: Record<string, string> = {}) => loadSettings({ DATA_DIR: dataDir, ...env }).store;

  it('creates a file store whose links every process opens', async () => {
    const [api, worker] = [
      await createObjectStore(settings(), 'https://x.test'),
      await createObjectStore(settings()),
    ];
    await worker.write('a', Buffer.from('x'));
    expect(await readdir(join(dataDir, 'objects'))).toContain('a');
    const url = await worker.signedLink('a', link);
    expect(await api.signedLink('a', link)).toMatch(/^https:\/\/x\.test\/v1\/objects\//);
    const { localLinks } = localLinksOf(api);
    expect(await localLinks!.openLink(url.split('/').at(-1)!)).toMatchObject({ fileName: 'a.zip' });
  });

  it('prefers the configured link secret', async () => {
    const secret = await createObjectStore(settings({ LINK_SECRET: 'a secret of thirty-two characters' }));
    const token = (await secret.signedLink('a', link)).split('/').at(-1)!;
    const own = localLinksOf(await createObjectStore(settings())).localLinks!;
    await expect(own.openLink(token)).rejects.toMatchObject({ code: 'LINK_INVALID' });
  });

  it('reports the uploads of a file store', async () => {
    const seen: string[] = [];
    const store = await createObjectStore(settings(), undefined, (operation, outcome) =>
      seen.push(`${operation} ${outcome}`),
    );
    const upload = store.openUpload((await store.begin('b', { checked: false })).ref);
    const part = await upload.sendPart(1, [Buffer.from('x')], 0);
    await upload.complete([part], null);
    await upload.abort();
    const local = await store.beginLocal('c', { checked: false, expectedSize: 1 });
    await local.sendPart(1, [Buffer.from('x')], 0, new AbortController().signal, 0);
    await local.abort();
    await store.readInto('b', { start: 0, end: 1, etag: '' }, Buffer.alloc(1));
    expect(seen).toEqual([
      'CreateMultipartUpload ok',
      'UploadPart ok',
      'CompleteMultipartUpload ok',
      'AbortMultipartUpload ok',
      'CreateMultipartUpload ok',
      'UploadPart ok',
      'AbortMultipartUpload ok',
      'GetObject ok',
    ]);
  });

  it('creates an S3 store, which serves its own links', async () => {
    const store = await createObjectStore(settings({ OBJECT_STORE: 's3', S3_BUCKET_NAME: 'b' }));
    expect(store).toBeInstanceOf(S3ObjectStore);
    expect(localLinksOf(store)).toEqual({});
    (store as S3ObjectStore).close();
  });
});
