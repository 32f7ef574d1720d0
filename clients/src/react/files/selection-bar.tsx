'use client';
import { useRef } from 'react';
import { useLonghaul } from '../context.js';
import { formatBytes } from '../format.js';
import type { Files } from './use-files.js';
import { selectedBytes } from './selected-bytes.js';
import type { Selection } from './use-selection.js';

/** Selects and clears all, and tells how much is selected. */
export function SelectionBar({ files, selection }: { files: Files; selection: Selection }) {
  const { messages, locale } = useLonghaul();
  const { ids, isSelectingAll, isFull, limit } = selection;
  const total = files.files.length;
  const isAll = total > 0 && !files.hasMore && files.ids.every((id) => ids.has(id));
  const checked = ids.size === 0 ? false : isAll || isFull ? true : 'mixed';
  const bytes = selectedBytes(selection, files);
  const selectAll = useRef<HTMLButtonElement>(null);

  /** The button of an action disappears with it, so the focus moves on. */
  function act(action: () => void): void {
    action();
    selectAll.current?.focus();
  }

  return (
    <div className="lh-selection" data-state={ids.size > 0 ? 'some' : 'none'}>
      <button
        ref={selectAll}
        type="button"
        role="checkbox"
        className="lh-select-all"
        aria-checked={checked}
        aria-label={messages.selectAllFiles()}
        title={messages.selectAllFiles()}
        disabled={total === 0}
        // Files that a search hides stay selected.
        onClick={checked === true ? () => selection.remove(files.ids) : selection.selectAll}
      >
        <span className="lh-check" aria-hidden="true" />
      </button>
      <span className="lh-selection-text">
        {isSelectingAll
          ? messages.selectingAll(ids.size, locale)
          : messages.filesSelected(
              ids.size,
              files.query || ids.size > total ? null : total,
              files.hasMore,
              locale,
            )}
        {isFull && ` · ${messages.selectionFull(limit, locale)}`}
      </span>
      {ids.size > 0 && bytes !== null && !isSelectingAll && (
        <span className="lh-muted">{formatBytes(bytes, locale)}</span>
      )}
      <span className="lh-gap" />
      {isSelectingAll ? (
        <button type="button" className="lh-link" onClick={() => act(selection.stopSelectingAll)}>
          {messages.stopSelecting()}
        </button>
      ) : (
        ids.size > 0 && (
          <button type="button" className="lh-link" onClick={() => act(selection.clear)}>
            {messages.clearSelection()}
          </button>
        )
      )}
    </div>
  );
}
