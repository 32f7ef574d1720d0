import { clockRows } from './faults/clock.js';
import { fullDisk } from './faults/full-disk.js';
import { hangingReceiver } from './faults/hanging-receiver.js';
import { killRows } from './faults/kill.js';
import { rollingRestart } from './faults/rolling-restart.js';
import { slowReaders } from './faults/slow-readers.js';
import { storeRows } from './faults/store.js';
import type { Row } from './row.js';

export const ROWS: readonly Row[] = [
  ...killRows,
  rollingRestart,
  ...storeRows,
  fullDisk,
  ...clockRows,
  hangingReceiver,
  slowReaders,
];

/** @throws Error that lists the rows, for a name that is none. */
export function rowsNamed(names: readonly string[]): readonly Row[] {
  const known = ROWS.map(({ name }) => name);
  const wrong = names.find((name) => !known.includes(name));
  if (wrong !== undefined) throw new Error(`There is no row ${wrong}. The rows are ${known.join(', ')}.`);
  return names.length === 0 ? ROWS : ROWS.filter(({ name }) => names.includes(name));
}
