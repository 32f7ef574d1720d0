import type { Files } from './use-files.js';
import type { Selection } from './use-selection.js';

/** Bytes of the selected files; null if one of them was never listed. */
export function selectedBytes({ ids }: Pick<Selection, 'ids'>, files: Pick<Files, 'get'>): number | null {
  let bytes = 0;
  for (const id of ids) {
    const file = files.get(id);
    if (!file) return null;
    bytes += file.size;
  }
  return bytes;
}
