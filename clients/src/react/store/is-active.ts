import type { Download } from '../../client/index.js';

const ENDED: ReadonlySet<string> = new Set([
  'refused',
  'gone',
  'completed',
  'failed',
  'cancelled',
  'expired',
]);

/** True until a download is ready, or cannot become ready. */
export function isActive({ state }: Pick<Download, 'state'>): boolean {
  return !ENDED.has(state);
}
