import { access, constants, realpath, stat } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { systemCodeOf } from '../runtime/system-error.js';
import { type Settings, SettingsError } from './env.js';

/** Completions of "The folder …", by system error. */
const PROBLEMS: Record<string, string> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
};

/**
 * Verifies FILES_FOLDER, if it is set.
 * @throws SettingsError if its files cannot be served.
 */
export async function assertFilesFolder({ catalogue: { folder }, store }: Settings): Promise<void> {
  const problem = folder === undefined ? null : await folderProblem(folder, store.dataDir);
  if (problem !== null) throw new SettingsError([`FILES_FOLDER ${resolve(folder!)} ${problem}`]);
}

/** Returns the reason why the files of a folder cannot be served; null if they can. Changes nothing in the folder. */
export async function folderProblem(folder: string, dataDir: string): Promise<string | null> {
  try {
    if (!(await stat(folder)).isDirectory()) return 'is not a folder';
    await access(folder, constants.R_OK | constants.X_OK);
    return (await isWithin(folder, dataDir))
      ? 'belongs to Longhaul, which keeps its data and secrets in DATA_DIR'
      : null;
  } catch (error) {
    const code = systemCodeOf(error) ?? String(error);
    return PROBLEMS[code] ?? `cannot be used (${code})`;
  }
}

async function isWithin(folder: string, dataDir: string): Promise<boolean> {
  const [inner, outer] = await Promise.all([
    realpath(folder),
    realpath(dataDir).catch(() => resolve(dataDir)),
  ]);
  return inner === outer || inner.startsWith(`${outer}${sep}`);
}
