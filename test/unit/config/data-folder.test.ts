import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDataFolder } from '../../../src/config/data-folder.js';
import { SettingsError } from '../../../src/config/env.js';

describe('the data folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longhaul-data-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is made with all folders above it, and may be there', async () => {
    const path = join(folder, 'a', 'b', 'c');
    await Promise.all([ensureDataFolder(path), ensureDataFolder(path)]);
    await ensureDataFolder(path);
    expect(await readdir(path)).toEqual([]);
  });

  it('is refused by name where it is a file, or lies in one', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    for (const path of [file, join(file, 'below')]) {
      const problem = `DATA_DIR ${path} cannot be used (ENOTDIR): choose another folder, or let this user write to it`;
      await expect(ensureDataFolder(path)).rejects.toEqual(new SettingsError([problem]));
    }
  });

  it('is refused where nothing can be made, instead of trying for ever', async () => {
    for (const path of ['/proc/nowhere/at/all', '/proc']) {
      await expect(ensureDataFolder(path)).rejects.toBeInstanceOf(SettingsError);
    }
  });
});
