import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from './process-table.js';

const PREFIX = '.partial-';

/**
 * Lets `work` use a directory of its own below `parent`, out of which it renames what it has finished, so that
 * other processes see a thing whole or not at all. The directory is removed afterwards; one that a killed
 * process left, with a hundred megabytes nobody would ever find, is removed by the next call.
 */
export async function inPartialDirectory<T>(
  parent: string,
  work: (directory: string) => Promise<T>,
): Promise<T> {
  await mkdir(parent, { recursive: true });
  await removeAbandoned(parent);
  // Below `parent` and not in the system's temporary directory: a rename is atomic within one file system only.
  const directory = await mkdtemp(join(parent, `${PREFIX}${process.pid}-`));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = name.startsWith(PREFIX) && Number.parseInt(name.slice(PREFIX.length), 10);
    if (pid && !isAlive(pid)) await rm(join(parent, name), { recursive: true, force: true });
  }
}
