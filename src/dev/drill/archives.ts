import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { messageOf } from '../errors.js';
import { CommandFailed, runCommand } from '../processes/run-command.js';
import type { Order } from './files.js';

const TIMEOUT_MS = 60_000;

/** @throws Error that says what to install. */
export async function requireUnzip(): Promise<void> {
  await unzip('-v').catch((error: unknown) => {
    if (error instanceof CommandFailed && error.missing)
      throw new Error('The drill needs unzip (Debian: apt-get install unzip). Install it, and start again.');
    throw error;
  });
}

/** Fetches the archive of a job, unpacks it, and returns what is wrong with it; null if it is as ordered. */
export async function archiveFault(
  baseUrl: string,
  jobId: string,
  order: Order,
  folder: string,
): Promise<string | null> {
  const file = join(folder, `${jobId}.zip`);
  try {
    const response = await fetch(`${baseUrl}/v1/download/${jobId}`);
    if (!response.ok) return `HTTP ${response.status}`;
    await pipeline(Readable.fromWeb(response.body as ReadableStream), createWriteStream(file));
    const names = (await unzip('-Z1', file)).trimEnd().split('\n');
    if (names.join('\n') !== order.names.join('\n')) return `entries ${names.slice(0, 3).join(', ')}…`;
    return (await hashOfEntries(file)) === order.sha256 ? null : 'other bytes';
  } catch (error) {
    return messageOf(error);
  } finally {
    await rm(file, { force: true });
  }
}

/** Returns the SHA-256 of all entries, one after the other. The unpacker checks each CRC-32. */
async function hashOfEntries(file: string): Promise<string> {
  const child = spawn('unzip', ['-p', file], { stdio: ['ignore', 'pipe', 'ignore'] });
  const exited = once(child, 'exit');
  const hash = createHash('sha256');
  for await (const chunk of child.stdout) hash.update(chunk as Buffer);
  const [code] = await exited;
  if (code !== 0) throw new Error(`unzip ended with ${code}`);
  return hash.digest('hex');
}

function unzip(...args: string[]): Promise<string> {
  return runCommand('unzip', args, { env: process.env, timeoutMs: TIMEOUT_MS });
}
