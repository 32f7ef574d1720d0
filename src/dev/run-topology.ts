import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { silenceSdkNodeWarning } from '../runtime/sdk-warnings.js';
import { shutdownRequested } from '../runtime/shutdown.js';
import { printLine } from './print.js';
import { runCli } from './run-cli.js';
import { findDevPrograms, findPrograms } from './topology/programs.js';
import { type Addresses, Topology } from './topology/topology.js';

/** Runs a whole deployment as processes of this machine, until a stop is requested. */
async function run(args: string[]): Promise<void> {
  const { json, devServer } = optionsOf(args);
  const print = json ? (line: string) => console.error(line) : printLine;
  const ended = new AbortController();
  const stopped = shutdownRequested().then((reason) => ended.abort(new Error(reason)));
  const find = devServer ? findDevPrograms : findPrograms;
  const programs = await find(resolve('.longhaul', 'tools'), print, ended.signal, true);
  const folder = await mkdtemp(join(tmpdir(), 'longhaul-stack-'));
  try {
    print(`Starting everything in ${folder}…`);
    const topology = await Topology.start(programs, folder, ended.signal);
    const { addresses, pids } = topology;
    if (json) console.log(JSON.stringify({ folder, addresses, pids }));
    else print(textOf(addresses, folder, pids));
    await stopped;
    print('Stopping…');
    await topology.stop();
  } catch (error) {
    if (!ended.signal.aborted) throw error;
  } finally {
    // Kept after a failure, because its logs say why.
    if (ended.signal.aborted) await rm(folder, { recursive: true, force: true });
  }
}

function optionsOf(args: string[]): { json: boolean; devServer: boolean } {
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({ args, options: { json: flag, 'dev-server': flag } });
  return { json: values.json, devServer: values['dev-server'] };
}

function textOf(
  { baseUrl, temporal, prometheus }: Addresses,
  folder: string,
  pids: Record<string, number | undefined>,
): string {
  const processes = Object.entries(pids).map(([name, pid]) => `  ${name.padEnd(12)}${pid}`);
  return [
    `\nReady:      ${baseUrl}`,
    `Temporal:   ${temporal}`,
    `Prometheus: ${prometheus}`,
    `\n${processes.join('\n')}\n`,
    `Logs: ${join(folder, 'logs')}`,
    'Ctrl-C stops everything.',
  ].join('\n');
}

silenceSdkNodeWarning();
await runCli(() => run(process.argv.slice(2)));
