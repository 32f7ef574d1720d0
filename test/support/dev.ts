import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type Server, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll } from '@jest/globals';
import { messageOf } from '../../src/dev/errors.js';
import { findTemporalCli } from '../../src/dev/temporal/temporal-binary.js';

/** Returns a function that creates temporary folders. They are removed after all tests of the file. */
export function temporaryFolders(): () => Promise<string> {
  const created: string[] = [];
  afterAll(() => Promise.all(created.map((path) => rm(path, { recursive: true, force: true }))));
  return async () => {
    const path = await mkdtemp(join(tmpdir(), 'longhaul-dev-'));
    created.push(path);
    return path;
  };
}

/** Writes an executable shell script. */
export async function script(path: string, ...lines: string[]): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${lines.join('\n')}\n`);
  await chmod(path, 0o755);
  return path;
}

/** Listens on loopback and returns the port. The system chooses the port by default. */
export function listen(server: Server, port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
}

/** Returns a loopback port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Prints one line with the reason for a skipped test. */
export function reportSkipped(reason: string): void {
  process.stderr.write(`Skipped: ${reason}\n`);
}

/** Returns the path of a Temporal CLI. Without one, prints a line and returns null; throws if CI=true. */
export async function temporalCli(): Promise<string | null> {
  try {
    const { path } = await findTemporalCli({ toolsDir: join(process.cwd(), '.tools') });
    return path;
  } catch (error) {
    if (process.env.CI === 'true') throw error;
    reportSkipped(`no Temporal CLI: ${messageOf(error).replaceAll('\n', ' ')}`);
    return null;
  }
}

/** Resolves when `condition` holds. Fails after 10 s. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('The condition did not hold within 10 s');
    await delay(20);
  }
}

/** Returns the command lines of all running processes that contain `text`. */
export async function commandsContaining(text: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-e', '-ww', '-o', 'args=']);
  return stdout.split('\n').filter((line) => line.includes(text));
}
