import { execFile } from 'node:child_process';
import { rename } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { inPartialDirectory } from '../../src/dev/processes/partial-directory.js';
import { CommandFailed, runCommand } from '../../src/dev/processes/run-command.js';
import { locate, type ServerProgram } from './locate-program.js';

const TOOLS = resolve('.tools');
const REQUIREMENTS = resolve('test/schemathesis/requirements.txt');
/** Same version as in requirements.txt. */
const INSTALLED = join(TOOLS, 'schemathesis-4.32.5');
const INSTALL_MS = 600_000;

/** Finds Schemathesis, which tests an API against its OpenAPI document; installs it with pip. */
export function locateSchemathesis(): Promise<ServerProgram> {
  const program = join(INSTALLED, 'bin', 'schemathesis');
  const install = async () => {
    await inPartialDirectory(TOOLS, async (partial) => {
      await pipInstall(join(partial, 'target'));
      await rename(join(partial, 'target'), INSTALLED);
    });
    return program;
  };
  return locate('schemathesis', { variable: 'SCHEMATHESIS_PATH', paths: [program], install });
}

/** Runs Schemathesis in `directory`, where it writes its files; resolves with its output and verdict. */
export function runSchemathesis(
  program: string,
  args: readonly string[],
  directory: string,
): Promise<{ passed: boolean; output: string }> {
  const env = {
    ...process.env,
    SCHEMATHESIS_HOOKS: 'hooks',
    PYTHONPATH: [directory, dirname(dirname(program))].join(':'),
  };
  return new Promise((done) => {
    execFile(program, args, { cwd: directory, env, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      done({ passed: error === null, output: stdout + stderr });
    });
  });
}

async function pipInstall(target: string): Promise<void> {
  const flags = '--quiet --no-input --disable-pip-version-check --no-user --no-deps --only-binary=:all:';
  const args = ['-m', 'pip', 'install', ...flags.split(' '), '--target', target, '-r', REQUIREMENTS];
  try {
    await runCommand('python3', args, { env: process.env, timeoutMs: INSTALL_MS });
  } catch (error) {
    if (error instanceof CommandFailed)
      throw new Error(`pip could not install Schemathesis: ${error.message}`, { cause: error });
    throw error;
  }
}
