import { isOpen, type Item } from './item.js';
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
    secondsLeft: secondsLeft(status),
    canRetryAt,
    silentForMs: silenceOf(item),
    connection,
    pending,
    saved: record.saved,
    failure,
    request,
  };
}

function silenceOf(item: Item): number {
  const isMoving = item.status && item.status.status !== 'queued' && isOpen(item);
  const ms = Date.now() - item.newsAt;
  return isMoving && ms >= SILENT_MS ? ms - (ms % STEP_MS) : 0;
}
