import type { Download } from 'longhaul/client';

const ACTIVE: ReadonlySet<string> = new Set(['starting', 'queued', 'running', 'processing_artifacts']);

/** True until the download has ended. */
export function isActive({ state }: Download): boolean {
  return ACTIVE.has(state);
}
