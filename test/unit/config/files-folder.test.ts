import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadSettings } from '../../../src/config/env.js';
import { assertFilesFolder, folderProblem } from '../../../src/config/files-folder.js';

describe('folderProblem', () => {
  let root: string;
  let dataDir: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'longhaul-files-'));
    dataDir = join(root, 'data');
    await mkdir(join(dataDir, 'logs'), { recursive: true });
    await mkdir(join(root, 'photos'));
    await writeFile(join(root, 'file'), '');
    await symlink('photos', join(root, 'link'));
    await symlink('data/logs', join(root, 'sneaky'));
    await symlink('self', join(root, 'self'));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  it.each([
    ['photos', null],
    ['link', null],
    ['', null],
    ['missing', 'does not exist'],
    ['file/below', 'does not exist'],
    ['file', 'is not a folder'],
    ['self', 'cannot be used (ELOOP)'],
    ['data', 'belongs to Longhaul, which keeps its data and secrets in DATA_DIR'],
    ['sneaky', 'belongs to Longhaul, which keeps its data and secrets in DATA_DIR'],
  ])('judges "%s"', async (name, problem) => {
    expect(await folderProblem(join(root, name), dataDir)).toBe(problem);
  });

  it('is reported with the setting', async () => {
    const settings = (folder?: string) => loadSettings({ FILES_FOLDER: folder, DATA_DIR: dataDir });
    await assertFilesFolder(settings());
    await assertFilesFolder(settings(join(root, 'photos')));
    await expect(assertFilesFolder(settings(join(root, 'missing')))).rejects.toMatchObject({
      problems: [`FILES_FOLDER ${join(root, 'missing')} does not exist`],
    });
  });

  it.each([
    { CATALOGUE_URL: 'https://files.example/{id}' },
    {
      CATALOGUE: 'http',
      CATALOGUE_URL: 'https://app.example',
      CATALOGUE_SECRET: `whsec_${'A'.repeat(32)}`,
    },
  ])('is rejected beside another catalogue', (env) => {
    expect(() => loadSettings({ ...env, FILES_FOLDER: root })).toThrow(
      'FILES_FOLDER or a folder given to npm start excludes CATALOGUE_URL: unset one of them',
    );
  });
});
