import { execFile } from 'node:child_process';

const DEFAULT_LINES = 8;

/** A command is missing, failed, or timed out. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  readonly code = 'COMMAND_FAILED';

  constructor(
    command: string,
    /** True if the program does not exist. */
    readonly missing: boolean,
    /** Last lines of standard error, or of standard output if standard error is empty. */
    readonly output: string,
    cause: unknown,
  ) {
    super(missing ? `${command} is not installed` : `${command} failed: ${output || String(cause)}`, {
      cause,
    });
  }
}

/**
 * Runs a program and returns its standard output.
 * @throws CommandFailed if it is missing, exits with an error, exceeds `timeoutMs` or is aborted.
 */
export function runCommand(
  file: string,
  args: readonly string[],
  { env, timeoutMs, signal }: { env: NodeJS.ProcessEnv; timeoutMs: number; signal?: AbortSignal | undefined },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { env, timeout: timeoutMs, maxBuffer: 16 * 1024 * 1024, windowsHide: true, signal };
    execFile(file, args, options, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const timedOut = error.killed ? `it took longer than ${timeoutMs / 1000} s` : '';
      const output = timedOut || lastLines(stderr) || lastLines(stdout);
      reject(new CommandFailed(file, error.code === 'ENOENT', output, error));
    });
  });
}

/** Returns the last non-empty lines of a program's output. */
export function lastLines(output: string, count = DEFAULT_LINES): string {
  const lines = output.split('\n').map((line) => line.trimEnd());
  return lines
    .filter((line) => line !== '')
    .slice(-count)
    .join('\n');
}
