import { mkdir, mkdtemp, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { SettingsError } from './env.js';

/**
 * Makes the folder that holds all state, when it is not there.
 * @throws SettingsError when it cannot be made, or written to.
 */
export async function ensureDataFolder(dataDir: string): Promise<void> {
  try {
    await makeFolder(resolve(dataDir));
    // Tried, for no permission tells what may be made in /proc.
    await rmdir(await mkdtemp(join(dataDir, '.tried-')));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const hint = 'choose another folder, or let this user write to it';
    throw new SettingsError([`DATA_DIR ${resolve(dataDir)} cannot be used (${code}): ${hint}`]);
  }
}

/** One by one: making a folder recursively never ends where the file system says that its parent is not there. */
async function makeFolder(path: string): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  if (found?.isDirectory()) return;
  if (found) throw Object.assign(new Error('Not a folder'), { code: 'ENOTDIR' });
  await makeFolder(dirname(path));
  await mkdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}
