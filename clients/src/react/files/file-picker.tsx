'use client';
import { useLonghaul } from '../context.js';
import { FileGrid } from './file-grid.js';
import { SelectionBar } from './selection-bar.js';
import type { Files } from './use-files.js';
import type { Selection } from './use-selection.js';

const SKELETON_ROWS = 12;

export interface FilePickerProps {
  /** From `useFiles`. */
  files: Files;
  /** From `useSelection`. */
  selection: Selection;
  /** Called by "Clear search", when nothing matches. */
  onClearSearch?: (() => void) | undefined;
  /** Pixels of a row; 44 by default, the size of a finger. */
  rowHeight?: number | undefined;
  className?: string | undefined;
}

/** A list of files to select from. It fills its parent, scrolls by itself, and reads pages as they are needed. */
export function FilePicker({ files, selection, onClearSearch, rowHeight = 44, className }: FilePickerProps) {
  const { messages } = useLonghaul();
  const { state, query, error, isRetrying, files: rows, hasMore } = files;
  if (state === 'off') return null;
  const isEmpty = rows.length === 0 && state === 'ready' && !hasMore;
  const isWaiting = rows.length === 0 && state === 'loading' && !isRetrying;
  return (
    <div className={`lh-files ${className ?? ''}`} data-lh-part="file-picker" data-state={state}>
      <SelectionBar files={files} selection={selection} />
      {rows.length > 0 && <FileGrid key={query} files={files} selection={selection} rowHeight={rowHeight} />}
      {isWaiting && <Skeleton rowHeight={rowHeight} />}
      <div className="lh-files-note" role="status">
        {isRetrying && <p>{messages.filesRetrying()}</p>}
        {isEmpty && <p>{query ? messages.noMatch(query) : messages.noFiles()}</p>}
        {isEmpty && query && onClearSearch && (
          <button type="button" className="lh-link" onClick={onClearSearch}>
            {messages.clearSearch()}
          </button>
        )}
        {error && (
          <>
            <p>{messages.filesFailed(error)}</p>
            <button type="button" className="lh-link" onClick={() => void files.loadMore()}>
              {messages.loadFilesAgain()}
            </button>
          </>
        )}
      </div>
    </div>
  );
}

/** Rows without content, so that nothing moves when the files arrive. */
function Skeleton({ rowHeight }: { rowHeight: number }) {
  return (
    <div className="lh-skeleton" aria-hidden="true">
      {Array.from({ length: SKELETON_ROWS }, (_, i) => (
        <div key={i} style={{ blockSize: rowHeight }} />
      ))}
    </div>
  );
}
