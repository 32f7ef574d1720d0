import type { FileId, ListedFile, LonghaulClient, LonghaulError } from '../../client/index.js';
import { asFailure } from '../../client/errors.js';
import { createKnownFiles } from './known-files.js';

/** `off`: the server lists no files, so ids must be entered. */
export type FilesState = 'loading' | 'ready' | 'error' | 'off';

/** Rows of a list as far as they are loaded. Immutable. */
export interface FileRows {
  readonly state: FilesState;
  readonly query: string;
  readonly files: readonly ListedFile[];
  /** True until the last page was read, also before the first one. */
  readonly hasMore: boolean;
  /** Why the last page could not be read. The rows so far stay. */
  readonly error: LonghaulError | null;
  /** True while the client repeats a request, because the server is busy or away. */
  readonly isRetrying: boolean;
}

/** A list of files that is read page by page, and its search. */
export interface FileList {
  rows: () => FileRows;
  subscribe: (listener: () => void) => () => void;
  /** The file of an id, if it was ever listed. */
  get: (id: FileId) => ListedFile | undefined;
  /** Shows the files that match. The server is asked after a pause; for null not at all. */
  search: (query: string | null) => void;
  /** Reads the next page, unless one is being read. @param limit files of the page. */
  loadMore: (limit?: number) => Promise<void>;
  /** Aborts the request that is under way. */
  stop: () => void;
}

/** Names cost the server one request each, so the first page is short. */
const FIRST_PAGE = 100;
const NEXT_PAGE = 500;

/** Pages of a search may be short or empty; the list reads on until a screen is full. */
const SCREEN = 50;

const SEARCH_AFTER_MS = 250;

/** Pages of one query. */
interface Pages {
  query: string;
  files: ListedFile[];
  /** Undefined before the first page, null after the last. */
  next: string | null | undefined;
}

export function createFileList(client: Pick<LonghaulClient, 'files'>): FileList {
  const known = createKnownFiles();
  const listeners = new Set<() => void>();
  let pages = pagesOf('');
  /** The list without a query returns at once when the query is cleared. */
  let all = pages;
  let reading: Promise<void> | undefined;
  let aborter = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let shown = rowsOf('loading');

  return {
    rows: () => shown,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get: known.get,
    search(query) {
      stop();
      if (query === null) {
        show('off');
        return;
      }
      const isFirst = shown.files.length === 0 && query === pages.query;
      pages = query === '' ? all : pagesOf(query);
      if (pages.next !== undefined) show('ready');
      else {
        show('loading');
        timer = setTimeout(() => void loadMore(FIRST_PAGE), isFirst ? 0 : SEARCH_AFTER_MS);
      }
    },
    loadMore,
    stop,
  };

  function loadMore(limit = pages.next === undefined ? FIRST_PAGE : NEXT_PAGE): Promise<void> {
    if (pages.next === null) return Promise.resolve();
    clearTimeout(timer);
    return (reading ??= read(limit, aborter.signal));
  }

  async function read(limit: number, signal: AbortSignal): Promise<void> {
    const wanted = pages.files.length + Math.min(limit, SCREEN);
    show('loading');
    try {
      do await readPage(limit, signal);
      while (pages.next !== null && pages.files.length < wanted);
      // Before listeners hear of it, because they may ask for the next page at once.
      reading = undefined;
      show('ready');
    } catch (error) {
      if (signal.aborted) return;
      reading = undefined;
      const failure = asFailure(error);
      if (failure.code === 'ROUTE_NOT_FOUND') pages.next = null;
      show(failure.code === 'ROUTE_NOT_FOUND' ? 'off' : 'error', { error: failure });
    }
  }

  async function readPage(limit: number, signal: AbortSignal): Promise<void> {
    const { query, next } = pages;
    const onRetry = () => show('loading', { isRetrying: true });
    const page = await client.files(
      { limit, ...(query && { query }), ...(next && { cursor: next }) },
      { signal, onRetry },
    );
    signal.throwIfAborted();
    known.add(page.items);
    pages = { query, files: [...pages.files, ...page.items], next: page.nextCursor };
    if (query === '') all = pages;
    show('loading');
  }

  function stop(): void {
    clearTimeout(timer);
    aborter.abort();
    aborter = new AbortController();
    reading = undefined;
  }

  function show(state: FilesState, more: Partial<FileRows> = {}): void {
    shown = { ...rowsOf(state), ...more };
    for (const listener of listeners) listener();
  }

  function rowsOf(state: FilesState): FileRows {
    const { query, next } = pages;
    return { state, query, files: filesShown(), hasMore: next !== null, error: null, isRetrying: false };
  }

  /** Files of the server; of a search that goes on, also the known ones that match. */
  function filesShown(): readonly ListedFile[] {
    const { query, files, next } = pages;
    if (query === '' || next === null) return files;
    const listed = new Set(files.map(({ fileId }) => fileId));
    return [...files, ...known.matching(query).filter(({ fileId }) => !listed.has(fileId))];
  }
}

function pagesOf(query: string): Pages {
  return { query, files: [], next: undefined };
}
