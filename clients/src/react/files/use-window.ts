'use client';
import { type RefObject, useLayoutEffect, useState } from 'react';

/** Rows rendered beyond each edge, so that a quick scroll shows no gap. */
const MARGIN = 8;

/** The most rows in the document, on any screen. */
const MAX_ROWS = 60;

/** The rows to render: from `first` to before `end`. */
export interface RowWindow {
  first: number;
  end: number;
  /** Rows that the scroller shows at once. */
  pageSize: number;
  /** Scrolls as little as needed to show a row. */
  reveal: (index: number) => void;
}

/** Renders of a long list only the rows in view. All rows have the same height. */
export function useWindow(
  scroller: RefObject<HTMLElement | null>,
  count: number,
  rowHeight: number,
): RowWindow {
  const [{ top, visible }, setView] = useState({ top: 0, visible: 20 });

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const measure = () => {
      const next = {
        top: Math.floor(element.scrollTop / rowHeight),
        visible: Math.ceil(element.clientHeight / rowHeight),
      };
      setView((now) => (now.top === next.top && now.visible === next.visible ? now : next));
    };
    measure();
    const resized = new ResizeObserver(measure);
    resized.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      resized.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, [scroller, rowHeight]);

  function reveal(index: number): void {
    const element = scroller.current;
    if (!element) return;
    const start = index * rowHeight;
    const { scrollTop, clientHeight } = element;
    if (start < scrollTop) element.scrollTo({ top: start });
    else if (start + rowHeight > scrollTop + clientHeight)
      element.scrollTo({ top: start + rowHeight - clientHeight });
  }

  const first = Math.max(0, Math.min(top, count - visible) - MARGIN);
  const end = Math.min(count, first + Math.min(MAX_ROWS, visible + 2 * MARGIN));
  return { first, end, pageSize: Math.max(1, visible - 1), reveal };
}
