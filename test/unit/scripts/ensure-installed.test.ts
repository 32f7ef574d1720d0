import { spawnSync } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

interface LockedPackage {
  version: string;
  optional?: boolean;
}

type Packages = Record<string, LockedPackage>;

const LOCKED: Packages = {
  '': { version: '0.1.0' },
  'node_modules/a': { version: '1.0.0' },
  'node_modules/a-windows': { version: '1.0.0', optional: true },
};
const INSTALLED: Packages = { 'node_modules/a': { version: '1.0.0' } };

describe('ensure-installed', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longhaul-install-'));
    for (const name of ['scripts', 'bin', 'node_modules']) await mkdir(join(folder, name));
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    await copyFile(resolve('scripts/ensure-installed.js'), join(folder, 'scripts', 'ensure-installed.js'));
    await writeLock('package-lock.json', LOCKED);
    await fakeNpm('exit 0');
  });
  afterEach(() => rm(folder, { recursive: true }));

  function writeLock(path: string, packages: Packages): Promise<void> {
    return writeFile(join(folder, path), JSON.stringify({ packages }));
  }

  /** Installs an npm that records its arguments. */
  async function fakeNpm(...lines: string[]): Promise<void> {
    const path = join(folder, 'bin', 'npm');
    await writeFile(path, ['#!/bin/sh', 'echo "$@" >> npm-calls', ...lines].join('\n'));
    await chmod(path, 0o755);
  }

  function run() {
    return spawnSync(process.execPath, [join(folder, 'scripts', 'ensure-installed.js')], {
      env: { PATH: `${join(folder, 'bin')}:/usr/bin:/bin` },
      encoding: 'utf8',
    });
  }

  const npmCalls = () => readFile(join(folder, 'npm-calls'), 'utf8').catch(() => '');

  it('installs nothing when all versions match', async () => {
    await writeLock('node_modules/.package-lock.json', INSTALLED);
    expect(run()).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(await npmCalls()).toBe('');
  });

  it.each<[string, Packages | undefined]>([
    ['on a fresh clone', undefined],
    ['when a package is missing', {}],
    ['when a version differs', { 'node_modules/a': { version: '0.9.0' } }],
    [
      'when an optional version differs',
      { ...INSTALLED, 'node_modules/a-windows': { version: '0.9.0', optional: true } },
    ],
  ])('installs %s', async (_, installed) => {
    if (installed) await writeLock('node_modules/.package-lock.json', installed);
    expect(run()).toMatchObject({ status: 0, stdout: 'Installing dependencies…\n', stderr: '' });
    expect(await npmCalls()).toBe('ci --include=dev\n');
  });

  it('fails when npm ci fails', async () => {
    await fakeNpm('echo "npm error code ENOTFOUND" >&2', 'exit 7');
    const { status, stderr } = run();
    expect(status).toBe(1);
    expect(stderr).toBe(
      'npm error code ENOTFOUND\nnpm ci failed (exit code 7). Fix the error above, then try again.\n',
    );
  });
});
