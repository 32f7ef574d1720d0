import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { endProcess, isAlive, processInfo } from '../../../../src/dev/processes/process-table.js';
import { script, temporaryFolders } from '../../../support/dev.js';

const folder = temporaryFolders();
const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

async function run(program: string, ...args: string[]): Promise<{ child: ChildProcess; pid: number }> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  started.push(child);
  await once(child, 'spawn');
  return { child, pid: child.pid ?? 0 };
}

describe('processInfo', () => {
  test('returns the parent and the command', async () => {
    const { pid } = await run('sleep', '60');
    expect(await processInfo(pid)).toEqual({ parentPid: process.pid, command: 'sleep 60' });
  });

  test('parses program names with parentheses and spaces', async () => {
    const odd = join(await folder(), 'a (b) S 1');
    await copyFile('/bin/sleep', odd);
    const { pid } = await run(odd, '60');
    expect(await processInfo(pid)).toEqual({ parentPid: process.pid, command: `${odd} 60` });
  });

  test('returns null for an ended process', async () => {
    const { child, pid } = await run('true');
    if (child.exitCode === null) await once(child, 'exit');
    expect(await processInfo(pid)).toBeNull();
    expect(isAlive(pid)).toBe(false);
  });
});

describe('endProcess', () => {
  test('sends SIGTERM', async () => {
    const { child, pid } = await run('sleep', '60');
    const exit = once(child, 'exit');
    await endProcess(pid, 5_000);
    expect(await exit).toEqual([null, 'SIGTERM']);
  });

  test('sends SIGKILL if SIGTERM has no effect', async () => {
    const stubborn = await script(
      join(await folder(), 'stubborn'),
      "trap '' TERM",
      'echo ready',
      'while :; do sleep 0.05; done',
    );
    const { child, pid } = await run(stubborn);
    const exit = once(child, 'exit');
    if (child.stdout) await once(child.stdout, 'data');
    await endProcess(pid, 200);
    expect(await exit).toEqual([null, 'SIGKILL']);
  });

  test('ignores an ended process', async () => {
    const { child, pid } = await run('true');
    if (child.exitCode === null) await once(child, 'exit');
    await expect(endProcess(pid, 1_000)).resolves.toBeUndefined();
  });
});
