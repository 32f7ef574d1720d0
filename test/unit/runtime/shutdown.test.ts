import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { transformFile } from '@swc/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { shutDown } from '../../../src/runtime/shutdown.js';

describe('shutDown', () => {
  it('runs phases in sequence', async () => {
    const steps: string[] = [];
    const phase = (name: string) => ({
      name,
      run: async () => {
        steps.push(`${name} starts`);
        await new Promise((done) => setImmediate(done));
        steps.push(`${name} ends`);
      },
    });
    await shutDown([phase('a'), phase('b')], () => {});
    expect(steps).toEqual(['a starts', 'a ends', 'b starts', 'b ends']);
  });

  it('reports a failed phase and continues', async () => {
    const reported: unknown[] = [];
    let ran = false;
    await shutDown(
      [
        { name: 'listener', run: () => Promise.reject(new Error('rejected')) },
        {
          name: 'connection',
          run: () => {
            throw new Error('thrown');
          },
        },
        {
          name: 'last',
          run: async () => {
            ran = true;
          },
        },
      ],
      (name, error) => reported.push([name, (error as Error).message]),
    );
    expect(reported).toEqual([
      ['listener', 'rejected'],
      ['connection', 'thrown'],
    ]);
    expect(ran).toBe(true);
  });
});

describe('shutdownRequested', () => {
  /** Prints the reason for the shutdown, and exits when the test sends a line. */
  const PROGRAM = `
    import { shutdownRequested } from './shutdown.mjs';
    const work = process.argv[2] === 'idle' ? undefined : setInterval(() => {}, 1_000);
    const requested = shutdownRequested();
    process.stdout.write('ready ');
    const reason = await requested;
    process.stdout.write(reason);
    process.stdin.once('data', () => { clearInterval(work); process.exit(); });
  `;
  let folder: string;
  let program: string;
  let child: ChildProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longhaul-shutdown-'));
    const { code } = await transformFile(resolve('src/runtime/shutdown.ts'), {
      jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
    });
    await writeFile(join(folder, 'shutdown.mjs'), code);
    program = join(folder, 'program.mjs');
    await writeFile(program, PROGRAM);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  afterEach(() => void child.kill('SIGKILL'));

  it.each(['SIGTERM', 'SIGINT'] as const)('resolves on %s, even if sent twice', async (signal) => {
    child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
    const output = text(child.stdout!);
    const ended = once(child, 'exit');
    await once(child.stdout!, 'data');
    child.kill(signal);
    child.kill(signal);
    child.stdin!.write('done');
    expect([await output, await ended]).toEqual([`ready ${signal}`, [0, null]]);
  });

  it('resolves when the IPC channel closes', async () => {
    child = fork(program, { stdio: ['pipe', 'pipe', 'inherit', 'ipc'] });
    const output = text(child.stdout!);
    const ended = once(child, 'exit');
    await once(child.stdout!, 'data');
    child.disconnect();
    child.stdin!.write('done');
    expect([await output, await ended]).toEqual(['ready the parent process ended', [0, null]]);
  });

  it('does not keep an idle process alive', async () => {
    child = fork(program, ['idle'], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    // 13: the top-level await never settled (Node.js process exit codes).
    expect(await once(child, 'exit')).toEqual([13, null]);
  });
});
