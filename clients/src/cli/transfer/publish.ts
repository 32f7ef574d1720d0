import { link, rename, rm } from 'node:fs/promises';
import { systemCode } from '../errors.js';
import { assertAbsent, exists } from './target.js';

/**
 * Gives a complete file its name.
 * @throws CommandError for an existing file without `force`; a system error.
 */
export async function publish(path: string, finalPath: string, force: boolean): Promise<void> {
  await assertAbsent(finalPath, force);
  if (force || !(await isLinked(path, finalPath))) await rename(path, finalPath);
  else await rm(path).catch(() => {});
}

/** A link never replaces a file that appears at the same moment; a rename does. Returns false where links do not exist. */
async function isLinked(path: string, finalPath: string): Promise<boolean> {
  try {
    await link(path, finalPath);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') throw exists(finalPath);
    return false;
  }
}
