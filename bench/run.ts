import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { bigNeighbor } from './big-neighbor/row.js';
import { copiedZip } from './copied-zip/row.js';
import { deflatedZip } from './deflated-zip/row.js';
import { jobLatency } from './job-latency/row.js';
import { manyFiles } from './many-files/row.js';
import { manyWorkers } from './many-workers/row.js';
import { openJobs } from './open-jobs/row.js';
import { statusReads } from './status-reads/row.js';
import { jobStarts } from './job-starts/row.js';
import { killedWorker } from './killed-worker/row.js';
import { localZip } from './local-zip/row.js';
import { storedSmallZip, storedZip } from './stored-zip/row.js';
import type { Row } from './support/row.js';
import { formatTable, type TableLine } from './support/table.js';

const ROWS: readonly Row[] = [
  storedZip,
  storedSmallZip,
  localZip,
  deflatedZip,
  copiedZip,
  killedWorker,
  manyWorkers,
  jobStarts,
  statusReads,
  jobLatency,
  openJobs,
  manyFiles,
  bigNeighbor,
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, rounds: { type: 'string', default: '3' } },
});
const rows = chosenRows(positionals);
const rounds = wholeNumber(values.rounds);

const log = (line: string) => console.error(`    ${line}`);
const lines: TableLine[] = [];
for (const { id, title, run } of rows) {
  console.error(`${id}  ${title}`);
  const measurements = await run({ quick: values.quick, rounds, log });
  lines.push(...measurements.map((measurement) => ({ row: id, ...measurement })));
}
console.log(`\nNode ${process.version}, ${availableParallelism()} cores, ${rounds} rounds\n`);
console.log(`${formatTable(lines)}\n`);

function chosenRows(ids: readonly string[]): readonly Row[] {
  const unknown = ids.filter((id) => !ROWS.some((row) => row.id === id));
  if (unknown.length > 0) {
    throw new Error(`Unknown row: ${unknown.join(', ')}. Rows: ${ROWS.map((row) => row.id).join(', ')}`);
  }
  return ids.length === 0 ? ROWS : ROWS.filter((row) => ids.includes(row.id));
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new Error(`--rounds must be a whole number of at least 1, not ${text}`);
}
