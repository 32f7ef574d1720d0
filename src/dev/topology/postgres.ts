import { connect } from 'node:net';
import { chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../processes/run-command.js';
import { Part } from './part.js';
import type { Programs } from './programs.js';

const TIMEOUT_MS = 60_000;

/** Creates an empty database server for Temporal. It does not run yet. */
export async function createPostgres(programs: Programs, folder: string, port: number): Promise<Part> {
  const data = join(folder, 'postgres');
  await mkdir(data);
  const asOwner = await ownerOf(data);
  const options = ['-D', data, '-U', 'temporal', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'];
  const [initdb, ...initArgs] = asOwner([programs.initdb, ...options]);
  await runCommand(initdb!, initArgs, { env: process.env, timeoutMs: TIMEOUT_MS });
  const settings = { listen_addresses: '127.0.0.1', port, unix_socket_directories: '', max_connections: 200 };
  const [program, ...args] = asOwner([
    programs.postgres,
    '-D',
    data,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]);
  return new Part({ name: 'postgres', program: program!, args, ready: () => accepts(port) }, folder);
}

/** PostgreSQL refuses to run as root. Returns a function that makes a command one of another user. */
async function ownerOf(data: string): Promise<(command: string[]) => string[]> {
  if (process.getuid?.() !== 0) return (command) => command;
  const [uid, gid] = await Promise.all([idOf('-u'), idOf('-g')]);
  await chown(data, uid, gid);
  // Replaces itself by the command, so signals reach PostgreSQL.
  return (command) => ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...command];
}

async function idOf(option: '-u' | '-g'): Promise<number> {
  return Number(await runCommand('id', [option, 'postgres'], { env: process.env, timeoutMs: TIMEOUT_MS }));
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
