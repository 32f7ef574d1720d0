import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { transformFile } from '@swc/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { shutDown } from '../../../src/runtime/shutdown.js';

describe('shutting down', () => {
  it('runs the phases one after the other', async () => {
    const steps: string[] = [];
    const phase = (name: string) => ({
      name,
      run: async () => {
        steps.push(`${name} begins`);
        await new Promise((done) => setImmediate(done));
        steps.push(`${name} ends`);
      },
    });
    await shutDown([phase('a'), phase('b')], () => {});
    expect(steps).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('reports a phase that fails, and goes on with the next', async () => {
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

describe('the wish to shut down', () => {
  /** Says why it is to stop, and ends when it is told that this was heard. */
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

  it.each(['SIGTERM', 'SIGINT'] as const)('is %s, however often it comes', async (signal) => {
    child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
    const output = text(child.stdout!);
    const ended = once(child, 'exit');
    await once(child.stdout!, 'data');
    child.kill(signal);
    child.kill(signal);
    child.stdin!.write('done');
    expect([await output, await ended]).toEqual([`ready ${signal}`, [0, null]]);
  });

  it('is the end of the parent that the process talks to', async () => {
    child = fork(program, { stdio: ['pipe', 'pipe', 'inherit', 'ipc'] });
    const output = text(child.stdout!);
    const ended = once(child, 'exit');
    await once(child.stdout!, 'data');
    child.disconnect();
    child.stdin!.write('done');
    expect([await output, await ended]).toEqual(['ready the parent process ended', [0, null]]);
  });

  it('is not waited for by a process that has nothing else to do', async () => {
    child = fork(program, ['idle'], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    // 13: the program's own top-level await was never settled (Node, process exit codes).
    expect(await once(child, 'exit')).toEqual([13, null]);
  });
});
