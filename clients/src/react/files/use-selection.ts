'use client';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { FileId } from '../../client/index.js';
import type { Files } from './use-files.js';

const LIMIT = 10_000;

/** The largest page of the API. */
const PAGE = 1_000;

/** A selection of files. It stays when a search hides some of them. */
export interface Selection {
  /** In the order in which they were selected. */
  readonly ids: ReadonlySet<FileId>;
  /** Files that can be selected at most. */
  readonly limit: number;
  /** True after more files than the limit were to be selected. */
  readonly isFull: boolean;
  /** True while pages are read, in order to select all files. */
  readonly isSelectingAll: boolean;
  /** Selects a file, or removes it. Ranges begin here. */
  toggle: (id: FileId) => void;
  /** Selects all rows from the last toggled one to this one; ranges of the same beginning replace each other. */
  extendTo: (id: FileId) => void;
  /** Sets the beginning of the next range. */
  beginAt: (id: FileId) => void;
  add: (ids: Iterable<FileId>) => void;
  remove: (ids: Iterable<FileId>) => void;
  clear: () => void;
  /** Selects all rows, also of the pages not read yet. */
  selectAll: () => void;
  stopSelectingAll: () => void;
}

/** A list with pages, or plain ids. */
export type SelectionSource =
  readonly FileId[] | Pick<Files, 'ids' | 'query' | 'state' | 'hasMore' | 'loadMore'>;

/**
 * Keeps a selection.
 * @param source the rows in their order, for ranges and "select all".
 * @param options `limit`: files at most, 10,000 by default.
 */
export function useSelection(source: SelectionSource, { limit = LIMIT } = {}): Selection {
  const [{ ids, isFull }, setSelected] = useState(NOTHING);
  const [isSelectingAll, setSelectingAll] = useState(false);
  const range = useRef<{ from: FileId | undefined; before: ReadonlySet<FileId> }>({
    from: undefined,
    before: ids,
  });
  const latest = useRef({ source, ids });
  useLayoutEffect(() => {
    latest.current = { source, ids };
  }, [source, ids]);
  // Rows of another search are not those that were to be selected.
  const query = 'ids' in source ? source.query : '';
  const [queryBefore, setQueryBefore] = useState(query);
  if (query !== queryBefore) {
    setQueryBefore(query);
    setSelectingAll(false);
  }

  const set = useCallback(
    (next: Iterable<FileId>) => {
      const all = new Set(next);
      const fitting = all.size > limit ? new Set([...all].slice(0, limit)) : all;
      latest.current.ids = fitting;
      setSelected({ ids: fitting, isFull: all.size > limit });
    },
    [limit],
  );

  const actions = useMemo(() => {
    const rowIds = () => idsOf(latest.current.source);
    const beginAt = (id: FileId | undefined) => {
      range.current = { from: id, before: latest.current.ids };
    };
    const remove = (removed: Iterable<FileId>) => {
      const next = new Set(latest.current.ids);
      for (const id of removed) next.delete(id);
      set(next);
      // The next range must not bring them back.
      beginAt(range.current.from);
    };
    return {
      toggle(id: FileId) {
        if (latest.current.ids.has(id)) remove([id]);
        else set([...latest.current.ids, id]);
        beginAt(id);
      },
      extendTo(id: FileId) {
        const { from = id, before } = range.current;
        const rows = rowIds();
        const [a, b] = [rows.indexOf(from), rows.indexOf(id)];
        if (a < 0) beginAt(id);
        set([...before, ...rows.slice(a < 0 ? b : Math.min(a, b), Math.max(a, b) + 1)]);
      },
      beginAt,
      add: (added: Iterable<FileId>) => set([...latest.current.ids, ...added]),
      remove,
      clear() {
        setSelectingAll(false);
        set([]);
        beginAt(undefined);
      },
      selectAll() {
        // The known rows at once: the next key may start the download.
        set([...latest.current.ids, ...rowIds()]);
        setSelectingAll(true);
      },
      stopSelectingAll: () => setSelectingAll(false),
    };
  }, [set]);

  useEffect(() => {
    if (!isSelectingAll) return;
    const { hasMore, state } = pagesOf(source);
    set([...latest.current.ids, ...idsOf(source)]);
    const isDone = !hasMore || state === 'error' || latest.current.ids.size >= limit;
    if (isDone) setSelectingAll(false);
    else if (state === 'ready') void pagesOf(source).loadMore(PAGE);
  }, [isSelectingAll, source, limit, set]);

  return useMemo(
    () => ({ ids, limit, isFull, isSelectingAll, ...actions }),
    [ids, limit, isFull, isSelectingAll, actions],
  );
}

const NOTHING: { ids: ReadonlySet<FileId>; isFull: boolean } = { ids: new Set(), isFull: false };

function idsOf(source: SelectionSource): readonly FileId[] {
  return 'ids' in source ? source.ids : source;
}

function pagesOf(source: SelectionSource): Pick<Files, 'state' | 'hasMore' | 'loadMore'> {
  return 'ids' in source ? source : { state: 'ready', hasMore: false, loadMore: () => Promise.resolve() };
}
