import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '../../runtime/system-error.js';
import { isAbsent } from '../file/file-errors.js';

/** Largest number of files that are served, so that a wrongly chosen folder such as `/` does not fill the memory. */
export const MAX_FOLDER_FILES = 100_000;

const NOT_PERMITTED = new Set(['EACCES', 'EPERM']);

/**
 * Yields the relative paths of the regular files below `root`, with `/` between folders. Skips names that begin with a
 * dot, symbolic links, which may lead out of the folder, and sub-folders that may not be read.
 * @param excluded absolute path of a folder that is skipped.
 * @throws the system error of a folder that cannot be listed; also for a root that is missing or may not be read.
 */
export async function* filesBelow(root: string, excluded?: string, folder = ''): AsyncGenerator<string> {
  for (const entry of await entriesOf(join(root, folder), folder === '')) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.name.startsWith('.') || join(root, path) === excluded) continue;
    if (entry.isFile()) yield path;
    if (entry.isDirectory()) yield* filesBelow(root, excluded, path);
  }
}

async function entriesOf(folder: string, isRoot: boolean): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    const skipped = isAbsent(error) || NOT_PERMITTED.has(systemCodeOf(error) ?? '');
    if (skipped && !isRoot) return [];
    throw error;
  }
}
