import { execFile } from 'node:child_process';

const LAST_LINES = 8;

/** What a command that could not be run, or that failed, left behind. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  readonly code = 'COMMAND_FAILED';

  constructor(
    command: string,
    /** True when there is no such program. */
    readonly missing: boolean,
    /** The last lines of its standard error, else of its standard output. */
    readonly said: string,
    cause: unknown,
  ) {
    super(missing ? `${command} is not installed` : `${command} failed: ${said || String(cause)}`, {
      cause,
    });
  }
}

/**
 * Runs a program to its end and answers its standard output.
 * @throws CommandFailed when it is missing, exits with an error, takes longer than `timeoutMs` or is aborted.
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
      const said = timedOut || lastLines(stderr) || lastLines(stdout);
      reject(new CommandFailed(file, error.code === 'ENOENT', said, error));
    });
  });
}

/** The last lines of a program's output that say anything. */
export function lastLines(output: string, count = LAST_LINES): string {
  const lines = output.split('\n').map((line) => line.trimEnd());
  return lines
    .filter((line) => line !== '')
    .slice(-count)
    .join('\n');
}
