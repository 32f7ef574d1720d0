import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWith } from '../support/require-server.js';
import { locateSeaweedFs, type S3Server, startSeaweedFs } from '../support/s3-servers.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';

const temporal = await locateTemporalCli();
const seaweedFs = await locateSeaweedFs();

describeWith(temporal, 'archive link', (temporalCli) => {
  describeWith(seaweedFs, 'of an S3 store', (program) => {
    let s3: S3Server;
    let stack: Stack;
    beforeAll(async () => {
      s3 = await startSeaweedFs(program);
      stack = await Stack.start({ temporalCli, s3 });
      await stack.store.write('downloads/70000', Buffer.from('content'));
    });
    afterAll(async () => {
      await stack?.stop();
      await s3?.stop();
    });

    const complete = async (more = {}) => {
      const { jobId } = await stack.initiate({ fileId: 70_000, ...more });
      return stack.until(jobId, ({ status }) => status === 'completed');
    };
    const follow = (jobId: string, method: string) =>
      fetch(`${stack.baseUrl}/v1/download/${jobId}`, { method, redirect: 'follow' });
    const codeOf = async (response: Response) => [
      response.status,
      ((await response.json()) as { code: string }).code,
    ];

    it('leads GET and HEAD to the archive, uncached', async () => {
      const { jobId, archive, downloadUrl } = await complete({ archive: { name: 'photos' } });
      for (const method of ['GET', 'HEAD']) {
        const response = await follow(jobId, method);
        expect(response.status).toBe(200);
        expect(Object.fromEntries(response.headers)).toMatchObject({
          'cache-control': 'private, no-store',
          'content-disposition': expect.stringMatching(/^attachment; filename="photos\.zip"/),
          'content-length': String(archive!.size),
          'content-type': 'application/zip',
        });
        expect((await response.arrayBuffer()).byteLength).toBe(method === 'GET' ? archive!.size : 0);
      }
      expect((await fetch(downloadUrl!)).headers.get('cache-control')).toBe('private, no-store');
    });

    it('ends when the archive is deleted', async () => {
      const body = { clientRequestId: 'deleted' };
      const { jobId } = await complete(body);
      await stack.store.delete(await stack.artifacts(jobId));
      expect((await follow(jobId, 'HEAD')).status).toBe(410);
      expect(await codeOf(await follow(jobId, 'GET'))).toEqual([410, 'ARCHIVE_DELETED']);
      expect(await codeOf(await stack.request(`/v1/download/${jobId}/files`))).toEqual([
        410,
        'ARCHIVE_DELETED',
      ]);
      expect(await stack.status(jobId)).toMatchObject({
        status: 'expired',
        downloadUrl: null,
        message: expect.stringContaining('no longer in the object store'),
      });

      const again = () => stack.post('/v1/download/initiate', { fileId: 70_000, ...body });
      const answers = await Promise.all(Array.from({ length: 5 }, again));
      const replayed = answers.map(({ headers }) => headers.get('idempotency-replayed'));
      expect(replayed.filter((value) => value === null)).toHaveLength(1);
      await stack.until(jobId, ({ status }) => status === 'completed');
      expect((await follow(jobId, 'GET')).status).toBe(200);
    });

    it('is estimated without a warning', async () => {
      const fileIds = Array.from({ length: 100 }, (_, i) => 70_000 + i);
      const response = await stack.post('/v1/download/estimate', { fileIds });
      expect(await response.json()).toMatchObject({ filesFound: 1, filesMissing: 99 });
      expect(stack.api.log).not.toContain('Warning');
    });

    it('outlives an outage of the store', async () => {
      const { jobId } = await complete();
      await s3.pause();
      try {
        expect(await stack.status(jobId)).toMatchObject({ status: 'completed' });
        expect((await stack.request(`/v1/download/${jobId}`)).status).toBe(302);
      } finally {
        s3.resume();
      }
      expect((await follow(jobId, 'GET')).status).toBe(200);
    });
  });
});
