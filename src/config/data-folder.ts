import { mkdir, mkdtemp, rmdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { systemCodeOf } from '../runtime/system-error.js';
import { SettingsError } from './env.js';

/** A full disk is no wrong setting. The check of the store reports it. */
const FULL = new Set(['ENOSPC', 'EDQUOT']);

/**
 * Creates the folder that holds all state, with its parents. Idempotent.
 * @throws SettingsError if the folder cannot be created, or cannot be written to.
 */
export async function ensureDataFolder(dataDir: string): Promise<void> {
  const path = resolve(dataDir);
  try {
    await mkdir(path, { recursive: true });
    // Creates something, because permission bits do not reveal a read-only file system.
    await rmdir(await mkdtemp(join(path, '.write-test-')));
  } catch (error) {
    const reason = systemCodeOf(error) ?? String(error);
    if (FULL.has(reason)) return;
    const advice = 'choose another folder, or give this user write access to it';
    throw new SettingsError([`DATA_DIR ${path} cannot be used (${reason}): ${advice}`]);
  }
}
