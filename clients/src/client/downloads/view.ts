import { isFinal } from '../job-status.js';
import type { Item } from './item.js';
import { secondsLeft, speedOf } from './speed.js';
import type { Download } from './types.js';

/** Silence that is shown, and the steps in which it grows. */
const SILENT_MS = 30_000;
const STEP_MS = 10_000;

/** A download as a page shows it; undefined once dismissed. */
export function viewOf(item: Item): Download | undefined {
  const { status, record, own, connection, canRetryAt, pending, failure, request } = item;
  if (record.dismissed) return undefined;
  return {
    ...status,
    id: record.id,
    state: own ?? status!.status,
    name: record.name,
    bytesPerSecond: speedOf(item.samples),
    secondsLeft: status ? secondsLeft(status) : null,
    canRetryAt,
    silentForMs: silenceOf(item),
    connection,
    pending,
    saved: record.saved,
    failure,
    request,
  };
}

function silenceOf({ status, own, newsAt }: Item): number {
  const isMoving = status && !own && !isFinal(status.status) && status.status !== 'queued';
  const ms = Date.now() - newsAt;
  return !isMoving || ms < SILENT_MS ? 0 : Math.floor(ms / STEP_MS) * STEP_MS;
}
