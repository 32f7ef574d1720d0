'use client';
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { FileId, ListedFile } from '../../client/index.js';
import { useLonghaul } from '../context.js';
import { createFileList, type FileRows } from './file-list.js';

/** The files that can be downloaded, page by page. */
export interface Files extends FileRows {
  /** Ids of the rows, in their order. */
  readonly ids: readonly FileId[];
  /** The file of an id, if it was ever listed: also of selected files that a search hides. */
  get: (id: FileId) => ListedFile | undefined;
  /** Reads the next page, or repeats the one that failed. */
  loadMore: (limit?: number) => Promise<void>;
}

/**
 * Lists the files that can be downloaded.
 * @param query part of an id or name. Known files answer at once; the server is asked after a pause. Null asks nothing:
 * the state is `off`.
 */
export function useFiles(query: string | null = ''): Files {
  const { client } = useLonghaul();
  const list = useMemo(() => createFileList(client), [client]);
  const rows = useSyncExternalStore(list.subscribe, list.rows, list.rows);
  const wanted = query === null ? null : query.trim();
  useEffect(() => {
    list.search(wanted);
    return list.stop;
  }, [list, wanted]);
  return useMemo(
    () => ({
      ...rows,
      ids: rows.files.map(({ fileId }) => fileId),
      get: list.get,
      loadMore: list.loadMore,
    }),
    [rows, list],
  );
}
