import type { JobPhase } from '../../contract/snapshot.js';
import type { JobView } from '../jobs.js';

/** Where a job is on its way; a pause may come before or after looking files up. */
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
 * The newer view, unless it knows less than the one before: what heartbeats told is forgotten when the activity ends.
 * Another run begins from nothing, be it that the job was started anew or that an operator has reset it.
 */
export function mergeViews(before: JobView | undefined, after: JobView): JobView {
  if (!before || before.runId !== after.runId) return after;
  if (after.snapshot.status === 'completed') return after;
  const behind = RANKS[after.snapshot.phase] < RANKS[before.snapshot.phase];
  const [known, older] = behind ? [before.snapshot, after.snapshot] : [after.snapshot, before.snapshot];
  return {
    ...after,
    queuePosition: placeOf(before, after),
    snapshot: {
      ...known,
      preparedFiles: Math.max(known.preparedFiles, older.preparedFiles),
      bytesHighWater: Math.max(known.bytesHighWater, older.bytesHighWater, before.live?.bytesHighWater ?? 0),
      filesHighWater: Math.max(known.filesHighWater, older.filesHighWater, before.live?.filesHighWater ?? 0),
      attempts: Math.max(known.attempts, older.attempts, before.live?.attempt ?? 1),
    },
  };
}

/** While nobody can tell the place in the queue, it is what it was. */
function placeOf(before: JobView, { queuePosition, snapshot }: JobView): number | null {
  const known =
    queuePosition === undefined && snapshot.status === 'queued' ? before.queuePosition : queuePosition;
  return known ?? null;
}
