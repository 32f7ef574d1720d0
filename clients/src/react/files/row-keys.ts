import type { KeyboardEvent } from 'react';

export interface RowMove {
  moveTo: number;
  extends: boolean;
}

/** The effect of a key in a list of rows. */
export type RowAction = RowMove | 'toggle' | 'all' | 'clear';

/** @returns undefined for keys that the list does not use. */
export function rowAction(
  { key, shiftKey, ctrlKey, metaKey, altKey }: KeyboardEvent,
  active: number,
  { count, pageSize }: { count: number; pageSize: number },
): RowAction | undefined {
  if (altKey) return undefined;
  if ((ctrlKey || metaKey) && key.toLowerCase() === 'a') return 'all';
  if (key === 'Escape') return 'clear';
  if (key === ' ' && !ctrlKey && !metaKey) return 'toggle';
  const targets: Record<string, number> = {
    ArrowDown: active + 1,
    ArrowUp: active - 1,
    PageDown: active + pageSize,
    PageUp: active - pageSize,
    Home: 0,
    End: count - 1,
  };
  const target = targets[key];
  if (target === undefined) return undefined;
  return { moveTo: Math.max(0, Math.min(count - 1, target)), extends: shiftKey };
}
