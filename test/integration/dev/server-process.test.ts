import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { isAlive } from '../../../src/dev/processes/process-table.js';
import { spawnServer } from '../../../src/dev/processes/server-process.js';
import { eventually, script, temporaryFolders } from '../../support/dev.js';

const folder = temporaryFolders();

async function start(...lines: string[]) {
  const root = await folder();
  const logFile = join(root, 'server.log');
  const program = await script(join(root, 'server'), ...lines);
  const server = await spawnServer(program, ['one', 'two'], logFile, {
    PATH: process.env.PATH,
    COLOR: 'blue',
  });
  return { ...server, log: () => readFile(logFile, 'utf8') };
}

describe('spawnServer', () => {
  test('passes arguments and environment, and logs output', async () => {
    const server = await start('echo "$1 $2 $COLOR"', 'echo problem >&2', 'exit 3');
    expect(await server.exited).toBe('exit code 3');
    expect(await server.log()).toBe('one two blue\nproblem\n');
  });

  test('starts a separate process group', async () => {
    const server = await start('exec sleep 60');
    // A negative id addresses a process group, which exists only if the program leads it.
    expect(isAlive(-(server.pid ?? 0))).toBe(true);
    await server.stop();
    expect(await server.exited).toBe('SIGTERM');
  });

  test('stops gracefully and idempotently', async () => {
    const server = await start("trap 'echo bye; exit 0' TERM", 'echo ready', 'while :; do sleep 0.05; done');
    await eventually(async () => (await server.log()).includes('ready'));
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    expect(await server.exited).toBe('exit code 0');
    expect(await server.log()).toBe('ready\nbye\n');
  });

  test('kills a program that ignores SIGTERM', async () => {
    const server = await start("trap '' TERM", 'echo ready', 'while :; do sleep 0.05; done');
    await eventually(async () => (await server.log()).includes('ready'));
    await server.stop();
    expect(await server.exited).toBe('SIGKILL');
  });

  test('reports a missing program', async () => {
    const root = await folder();
    const server = await spawnServer(join(root, 'missing'), [], join(root, 'server.log'), {});
    expect(await server.exited).toContain('ENOENT');
    await server.stop();
  });
});
