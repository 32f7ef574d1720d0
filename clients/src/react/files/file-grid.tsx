'use client';
import { type KeyboardEvent, type MouseEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useLonghaul } from '../context.js';
import { formatBytes } from '../format.js';
import { FileRow } from './file-row.js';
import { rowAction, type RowMove } from './row-keys.js';
import type { Files } from './use-files.js';
import type { Selection } from './use-selection.js';
import { useWindow } from './use-window.js';

/** Rows before the end at which the next page is read. */
const READ_AHEAD = 60;

interface FileGridProps {
  files: Files;
  selection: Selection;
  rowHeight: number;
}

/** The rows in view, with one tab stop: mouse, touch and keyboard select. */
export function FileGrid({ files, selection, rowHeight }: FileGridProps) {
  const { messages, locale } = useLonghaul();
  const grid = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const mustFocus = useRef(false);
  /** End goes on to the last row, until another key or a click. */
  const toEnd = useRef<RowMove>(null);
  const { files: rows, ids, hasMore, state, loadMore } = files;
  const count = rows.length;
  const current = Math.max(0, Math.min(active, count - 1));
  const { first, end, pageSize, reveal } = useWindow(grid, count, rowHeight);

  useEffect(() => {
    if (hasMore && state === 'ready' && end + READ_AHEAD > count) void loadMore();
  }, [hasMore, state, end, count, loadMore]);

  useEffect(() => {
    // The focus may have gone elsewhere meanwhile.
    if (toEnd.current && grid.current?.contains(document.activeElement)) {
      // oxlint-disable-next-line react-hooks/set-state-in-effect -- new rows move the focus, as a key does
      move({ ...toEnd.current, moveTo: count - 1 });
    }
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- new rows alone move it
  }, [count]);

  useLayoutEffect(() => {
    if (!mustFocus.current) return;
    mustFocus.current = false;
    grid.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus({ preventScroll: true });
  });

  function goTo(index: number): void {
    mustFocus.current = true;
    setActive(index);
    reveal(index);
  }

  function onClick(event: MouseEvent): void {
    const index = indexOf(event.target);
    const id = ids[index];
    if (id === undefined) return;
    toEnd.current = null;
    goTo(index);
    if (event.shiftKey) selection.extendTo(id);
    else selection.toggle(id);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const action = rowAction(event, current, { count, pageSize });
    if (!action) return;
    event.preventDefault();
    toEnd.current = event.key === 'End' ? (action as RowMove) : null;
    if (action === 'all') selection.selectAll();
    else if (action === 'clear') selection.clear();
    else if (action === 'toggle') selection.toggle(ids[current]!);
    else move(action);
  }

  function move({ moveTo, extends: isRange }: RowMove): void {
    goTo(moveTo);
    const id = ids[moveTo]!;
    if (isRange) selection.extendTo(id);
    else selection.beginAt(id);
  }

  const shown = Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i);
  // The focused row stays in the document, otherwise the focus would be lost.
  if (current < first || current >= end) shown.push(current);
  return (
    // oxlint-disable-next-line jsx-a11y/interactive-supports-focus -- its active row is the tab stop
    <div
      ref={grid}
      role="grid"
      className="lh-grid"
      // Not in the stylesheet, because the window of rows needs it also without.
      style={{ overflow: 'auto', maxBlockSize: '100vh' }}
      aria-label={messages.fileList()}
      aria-multiselectable="true"
      aria-rowcount={hasMore ? -1 : count}
      aria-busy={state === 'loading'}
      onClick={onClick}
      onMouseDown={keepTextUnselected}
      onKeyDown={onKeyDown}
    >
      <div
        role="presentation"
        className="lh-grid-rows"
        style={{ position: 'relative', blockSize: count * rowHeight }}
      >
        {shown.map((index) => {
          const file = rows[index]!;
          return (
            <FileRow
              key={file.fileId}
              file={file}
              index={index}
              top={index * rowHeight}
              height={rowHeight}
              size={formatBytes(file.size, locale)}
              isSelected={selection.ids.has(file.fileId)}
              isActive={index === current}
            />
          );
        })}
      </div>
    </div>
  );
}

function indexOf(target: EventTarget): number {
  const row = target instanceof Element ? target.closest<HTMLElement>('[data-index]') : null;
  return Number(row?.dataset['index'] ?? -1);
}

/** Shift and click select text by default. */
function keepTextUnselected(event: MouseEvent): void {
  if (event.shiftKey) event.preventDefault();
}
