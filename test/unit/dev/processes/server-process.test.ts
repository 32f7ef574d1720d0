import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { isAlive } from '../../../../src/dev/processes/process-table.js';
import { spawnServer } from '../../../../src/dev/processes/server-process.js';
import { eventually, script, temporaryFolders } from '../support.js';

const folder = temporaryFolders();

async function start(...lines: string[]) {
  const root = await folder();
  const logFile = join(root, 'server.log');
  const program = await script(join(root, 'server'), ...lines);
  const server = await spawnServer(program, ['one', 'two'], logFile, {
    PATH: process.env.PATH,
    COLOUR: 'blue',
  });
  return { ...server, log: () => readFile(logFile, 'utf8') };
}

describe('spawnServer', () => {
  test('gives the program its arguments and environment, and puts its output into the log', async () => {
    const server = await start('echo "$1 $2 $COLOUR"', 'echo problem >&2', 'exit 3');
    expect(await server.exited).toBe('exit code 3');
    expect(await server.log()).toBe('one two blue\nproblem\n');
  });

  test('keeps the program out of the way of Ctrl-C: it leads a process group of its own', async () => {
    const server = await start('exec sleep 60');
    // A negative id addresses a group; it exists only if the program leads one.
    expect(isAlive(-(server.pid ?? 0))).toBe(true);
    await server.stop();
    expect(await server.exited).toBe('SIGTERM');
  });

  test('stops it gently when it lets itself be stopped, and any number of times', async () => {
    const server = await start("trap 'echo bye; exit 0' TERM", 'echo ready', 'while :; do sleep 0.05; done');
    await eventually(async () => (await server.log()).includes('ready'));
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    expect(await server.exited).toBe('exit code 0');
    expect(await server.log()).toBe('ready\nbye\n');
  });

  test('kills it when it does not', async () => {
    const server = await start("trap '' TERM", 'echo ready', 'while :; do sleep 0.05; done');
    await eventually(async () => (await server.log()).includes('ready'));
    const began = Date.now();
    await server.stop();
    expect(await server.exited).toBe('SIGKILL');
    expect(Date.now() - began).toBeLessThan(8_000);
  });

  test('tells of a program that is not there', async () => {
    const root = await folder();
    const server = await spawnServer(join(root, 'missing'), [], join(root, 'server.log'), {});
    expect(await server.exited).toContain('ENOENT');
    await server.stop();
  });
});
