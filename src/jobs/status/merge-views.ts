import type { JobPhase, JobSnapshot } from '../../contract/snapshot.js';
import type { JobView } from '../jobs.js';

/** The order of the phases; a delay may come before or after the look-up. */
const RANKS: Record<JobPhase, number> = {
  queued: 0,
  delaying: 1,
  preparing: 1,
  waiting: 1,
  building: 2,
  publishing: 3,
  ended: 4,
};

/**
 * Merges two views so that no counter decreases: heartbeat details vanish when the activity ends. A new run, of a
 * restarted or reset job, starts from zero.
 */
export function mergeViews(before: JobView | undefined, after: JobView): JobView {
  if (!before || before.runId !== after.runId) return after;
  if (after.snapshot.status === 'completed') return after;
  const behind = isBehind(after.snapshot, before.snapshot);
  const [known, older] = behind ? [before.snapshot, after.snapshot] : [after.snapshot, before.snapshot];
  return {
    ...after,
    queuePosition: positionOf(before, after),
    snapshot: {
      ...known,
      startedAt: known.startedAt ?? older.startedAt,
      // The memo counts no files before the end of the look-up.
      ...(known.phase === 'preparing' && { skippedFiles: Math.max(known.skippedFiles, older.skippedFiles) }),
      preparedFiles: Math.max(known.preparedFiles, older.preparedFiles),
      bytesHighWater: Math.max(known.bytesHighWater, older.bytesHighWater, before.live?.bytesHighWater ?? 0),
      filesHighWater: Math.max(known.filesHighWater, older.filesHighWater, before.live?.filesHighWater ?? 0),
      attempts: Math.max(known.attempts, older.attempts, before.live?.attempt ?? 1),
    },
  };
}

/** The memo learns of a granted slot with the next phase, so of two snapshots in one phase the queued one is older. */
function isBehind(after: JobSnapshot, before: JobSnapshot): boolean {
  const ahead = RANKS[after.phase] - RANKS[before.phase];
  return ahead < 0 || (ahead === 0 && after.status === 'queued' && before.status === 'running');
}

/** Keeps the last queue position while the queue cannot be read. */
function positionOf(before: JobView, { queuePosition, snapshot }: JobView): number | null {
  const known =
    queuePosition === undefined && snapshot.status === 'queued' ? before.queuePosition : queuePosition;
  return known ?? null;
}
