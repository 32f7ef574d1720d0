import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { FileListPage } from '../../src/contract/http/answers.js';
import { describeWith } from '../support/require-server.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';

describeWith(await locateTemporalCli(), 'file list', (temporalCli) => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await Stack.start({ temporalCli });
    await stack.store.write('downloads/70000', Buffer.from('1'), { metadata: { filename: 'Grüße.txt' } });
    await stack.store.write('downloads/70001.zip', Buffer.from('22'));
    await stack.store.write('downloads/report', Buffer.from('333'));
  });
  afterAll(() => stack?.stop());

  const list = async (query = '') => {
    const response = await stack.request(`/v1/files${query}`);
    expect(response.status).toBe(200);
    return (await response.json()) as FileListPage;
  };

  it('lists ids, names and sizes', async () => {
    const { files, nextCursor } = await list();
    expect({ files, nextCursor }).toEqual({
      files: [
        { fileId: 70_000, name: 'Grüße.txt', size: 1 },
        { fileId: 70_001, name: '70001.zip', size: 2 },
        { fileId: 'report', name: 'report', size: 3 },
      ],
      nextCursor: null,
    });
    const { jobId } = await stack.initiate({ fileIds: files.map(({ fileId }) => fileId) });
    await stack.until(jobId, ({ status }) => status === 'completed');
  });

  it('lists ids alone', async () => {
    const full = await list('?limit=1000');
    const ids = await list('?limit=1000&detail=ids');
    expect(ids.files).toEqual(full.files.map((file) => ({ ...file, name: null })));
  });

  it('searches page by page', async () => {
    expect((await list('?query=GR%C3%9C')).files).toMatchObject([{ fileId: 70_000 }]);
    const first = await list('?query=7000&limit=1');
    expect(first.files).toMatchObject([{ fileId: 70_000 }]);
    expect((await list(`?query=7000&cursor=${first.nextCursor}`)).files).toMatchObject([{ fileId: 70_001 }]);
  });

  it.each([
    ['limit=1001', 'limit'],
    ['detail=names', 'detail'],
    ['limit=0', 'limit'],
    ['cursor=*', 'cursor'],
    ['cursor=_', 'cursor'],
    ['query=a&query=b', 'query'],
  ])('rejects ?%s', async (query, path) => {
    const response = await stack.request(`/v1/files?${query}`);
    expect(await response.json()).toMatchObject({ status: 400, errors: [{ path }] });
  });

  it.each([
    ['FILES_LISTING', 'false', 'The file list is disabled on this server.'],
    [
      'CATALOGUE_URL',
      'https://files.example/{id}',
      'The files are in an external source, which cannot be listed.',
    ],
  ])('is turned off when %s is %s', async (name, value, detail) => {
    const api = await stack.startAnotherApi({ [name]: value });
    const response = await fetch(`${api}/v1/files`);
    expect(await response.json()).toMatchObject({ status: 404, code: 'ROUTE_NOT_FOUND', detail });
  });
});
