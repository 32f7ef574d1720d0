import { describe, expect, it, jest } from '@jest/globals';
import { type ListedFile, LonghaulError, type Paged } from '../../../../../clients/src/client/index.js';
import { paged } from '../../../../../clients/src/client/paged.js';
import { createFileList } from '../../../../../clients/src/react/files/file-list.js';

const file = (i: number): ListedFile => ({ fileId: 70_000 + i, name: `file ${i}`, size: i });

/** A client whose pages are those given, in turn; an error is thrown. */
function clientOf(...pages: (ListedFile[] | Error)[]) {
  const cursors: (string | undefined)[] = [];
  const files = ({ cursor }: { cursor?: string } = {}): Paged<ListedFile> =>
    paged(async () => {
      cursors.push(cursor);
      const page = pages.shift()!;
      if (page instanceof Error) throw page;
      return { items: page, nextCursor: pages.length > 0 ? String(cursors.length) : null };
    }, undefined);
  return { files, cursors };
}

describe('FileList', () => {
  it('reads on while pages of a search are empty', async () => {
    const { files, cursors } = clientOf([], [], [file(1)]);
    const list = createFileList({ files });
    await list.loadMore();
    expect(list.rows()).toMatchObject({ state: 'ready', hasMore: false, files: [file(1)] });
    expect(cursors).toEqual([undefined, '1', '2']);
  });

  it('reads one page at a time', async () => {
    const { files, cursors } = clientOf([file(1)]);
    const list = createFileList({ files });
    await Promise.all([list.loadMore(), list.loadMore()]);
    expect(cursors).toHaveLength(1);
  });

  it('keeps its rows when a page fails, and reads it again', async () => {
    const error = new LonghaulError('INTERNAL_ERROR', 'Broken.');
    const many = Array.from({ length: 100 }, (_, i) => file(i));
    const { files, cursors } = clientOf(many, error, [file(100)]);
    const list = createFileList({ files });
    await list.loadMore();
    await list.loadMore();
    expect(list.rows()).toMatchObject({ state: 'error', error, files: many });
    await list.loadMore();
    expect(list.rows()).toMatchObject({ state: 'ready', error: null });
    expect(cursors).toEqual([undefined, '1', '1']);
  });

  it('is off where the server lists no files', async () => {
    const list = createFileList(clientOf(new LonghaulError('ROUTE_NOT_FOUND', 'No list.')));
    await list.loadMore();
    expect(list.rows()).toMatchObject({ state: 'off', hasMore: false });
  });

  it('forgets the answer to an abandoned search', async () => {
    jest.useFakeTimers();
    const list = createFileList(clientOf([file(1)], [file(2)]));
    const answer = list.loadMore();
    list.search('other');
    await answer;
    expect(list.rows()).toMatchObject({ state: 'loading', query: 'other', files: [] });
    list.stop();
    jest.useRealTimers();
  });

  it('clears a search without a request', async () => {
    const { files, cursors } = clientOf([file(1), file(2)]);
    const list = createFileList({ files });
    await list.loadMore();
    list.search('FILE 2');
    expect(list.rows().files).toEqual([file(2)]);
    list.search('');
    expect(list.rows().files).toEqual([file(1), file(2)]);
    expect(cursors).toHaveLength(1);
  });
});
