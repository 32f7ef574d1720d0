import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from './process-table.js';

const PREFIX = '.partial-';

/**
 * Runs `work` with a temporary directory below `parent`, and removes the directory afterwards. `work` renames finished
 * files out of it, so other processes never see partial ones. Also removes directories that killed processes left, which
 * may hold 100 MB.
 */
export async function inPartialDirectory<T>(
  parent: string,
  work: (directory: string) => Promise<T>,
): Promise<T> {
  await mkdir(parent, { recursive: true });
  await removeAbandoned(parent);
  // Not in the system's temporary directory, because a rename is atomic only within one file system.
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
