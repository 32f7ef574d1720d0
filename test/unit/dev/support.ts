import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type Server, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll } from '@jest/globals';
import { messageOf } from '../../../src/dev/errors.js';
import { findTemporalCli } from '../../../src/dev/temporal/temporal-binary.js';

/** Makes folders that are gone when the tests of the file are done. */
export function temporaryFolders(): () => Promise<string> {
  const made: string[] = [];
  afterAll(() => Promise.all(made.map((path) => rm(path, { recursive: true, force: true }))));
  return async () => {
    const path = await mkdtemp(join(tmpdir(), 'longhaul-dev-'));
    made.push(path);
    return path;
  };
}

/** Writes a shell script that can be run. */
export async function script(path: string, ...lines: string[]): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${lines.join('\n')}\n`);
  await chmod(path, 0o755);
  return path;
}

/** Listens on loopback; answers the port, chosen by the system unless given. */
export function listen(server: Server, port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
}

/** A loopback port nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Says in one line what is not tested here, and why. */
export function skipped(why: string): void {
  process.stderr.write(`Skipped, ${why}\n`);
}

/** A real Temporal CLI; null, with one line why, where none can be had. With CI=true that is an error. */
export async function temporalCli(): Promise<string | null> {
  try {
    const { path } = await findTemporalCli({ toolsDir: join(process.cwd(), '.tools') });
    return path;
  } catch (error) {
    if (process.env.CI === 'true') throw error;
    skipped(`for want of a Temporal CLI: ${messageOf(error).replaceAll('\n', ' ')}`);
    return null;
  }
}

/** Resolves when `condition` holds; fails after ten seconds. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('It did not come true within ten seconds');
    await delay(20);
  }
}

/** The command lines of all running processes that contain `text`. */
export async function commandsNaming(text: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-e', '-ww', '-o', 'args=']);
  return stdout.split('\n').filter((line) => line.includes(text));
}
