import { setMaxListeners } from 'node:events';
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { silenceSdkNodeWarning } from '../runtime/sdk-warnings.js';
import { shutdownRequested } from '../runtime/shutdown.js';
import { requireUnzip } from './drill/archives.js';
import { ROWS, rowsNamed } from './drill/rows.js';
import { runRows } from './drill/run-rows.js';
import { tableOf } from './drill/table.js';
import { printLine } from './print.js';
import { runCli } from './run-cli.js';
import { findDevPrograms, findPrograms } from './topology/programs.js';

const USAGE = `npm run drill -- [ROW…] [--rate N] [--seconds N] [--files N] [--large MIB] [--dev-server] [--json]

Starts a deployment. For each row: loads it, breaks one part, repairs it, and checks all jobs and archives.

  --rate N       starts a second, 20 by default
  --seconds N    time of the load, 60 by default; the fault comes after a third of it
  --files N      files of a job, of 64 KiB each, 100 by default
  --large MIB    size of the one file of every tenth job, 256 by default
  --dev-server   Temporal's dev server in place of PostgreSQL and a Temporal server
  --json         prints the results as JSON

Rows: ${ROWS.map(({ name }) => name).join(', ')}`;

const MIB = 1024 * 1024;
const SMALL_FILE_MIB = 1 / 16;

const print = (line: string) => console.error(line);
const gib = (bytes: number) => `${Math.ceil(bytes / 1024 / MIB)} GiB`;

/** Drills the rows one after the other, and prints one table. Sets exit code 1 unless everything held in every row. */
async function run(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rate: { type: 'string', default: '20' },
      seconds: { type: 'string', default: '60' },
      files: { type: 'string', default: '100' },
      large: { type: 'string', default: '256' },
      'dev-server': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return printLine(USAGE);
  const rows = rowsNamed(positionals);
  const [rate, seconds, files, large] = (['rate', 'seconds', 'files', 'large'] as const).map((name) =>
    numberOf(name, values[name]),
  ) as [number, number, number, number];
  await requireUnzip();
  await requireSpace(rate * seconds * (0.9 * files * SMALL_FILE_MIB + 0.1 * large) * MIB);
  const ended = new AbortController();
  void shutdownRequested().then((reason) => ended.abort(new Error(`Stopped by ${reason}.`)));
  const { signal } = ended;
  // Every request listens to the one, and every part of the deployment to the other.
  setMaxListeners(0, signal, process);
  const tools = resolve('.longhaul', 'tools');
  const programs = values['dev-server']
    ? await findDevPrograms(tools, print, signal)
    : await findPrograms(tools, print, signal, true);
  const results = await runRows(rows, {
    programs,
    rate,
    seconds,
    smallFiles: files,
    largeBytes: large * MIB,
    print,
    signal,
  });
  printLine(values.json ? JSON.stringify(results, null, 2) : tableOf(results));
  const held = results.filter(({ problems }) => problems.length === 0);
  if (held.length < rows.length) process.exitCode = 1;
}

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number > 0) return number;
  throw new Error(`--${name} must be a number above 0, not ${text}.`);
}

/** @throws Error if the archives of one row do not fit on the disk. */
async function requireSpace(bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(tmpdir());
  if (bavail * bsize < bytes * 1.2)
    throw new Error(
      `One row writes ${gib(bytes)}, and ${tmpdir()} has ${gib(bavail * bsize)} free. Lower --rate, --seconds or --large.`,
    );
}

silenceSdkNodeWarning();
await runCli(() => run(process.argv.slice(2)));
