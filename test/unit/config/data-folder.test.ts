import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDataFolder } from '../../../src/config/data-folder.js';
import { SettingsError } from '../../../src/config/env.js';

describe('ensureDataFolder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longhaul-data-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('creates the folder and its parents, concurrently and repeatedly', async () => {
    const path = join(folder, 'a', 'b', 'c');
    await Promise.all([ensureDataFolder(path), ensureDataFolder(path)]);
    await ensureDataFolder(path);
    expect(await readdir(path)).toEqual([]);
  });

  it('rejects a file, and a path below a file', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const rejected: [path: string, code: string][] = [
      [file, 'EEXIST'],
      [join(file, 'below'), 'ENOTDIR'],
    ];
    for (const [path, code] of rejected) {
      const problem = `DATA_DIR ${path} cannot be used (${code}): choose another folder, or give this user write access to it`;
      await expect(ensureDataFolder(path)).rejects.toEqual(new SettingsError([problem]));
    }
  });
});
