import { type ChildProcess, spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** A child process that ends with this process. */
export interface ServerProcess {
  /** Undefined if the program could not be started. */
  pid: number | undefined;
  /** Resolves when the server has ended, for any reason, with `exit code 1`, `SIGKILL` or an error message. */
  exited: Promise<string>;
  /** Sends SIGTERM, then SIGKILL after `graceMs`, by default 5 s. Resolves when the server has ended. Idempotent. */
  stop(graceMs?: number): Promise<void>;
}

const STOP_GRACE_MS = 5_000;

/** Servers end with this process, except on SIGKILL. */
const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach((child) => child.kill('SIGTERM')));

/**
 * Starts a program in the background and appends its output to `logFile`. Reports a failed start through `exited`.
 * @param channel `ipc` for a Node program that must end when the channel closes, even if this process is killed.
 */
export async function spawnServer(
  program: string,
  args: readonly string[],
  logFile: string,
  env: NodeJS.ProcessEnv,
  channel: 'ipc' | 'ignore' = 'ignore',
): Promise<ServerProcess> {
  const output = await open(logFile, 'a');
  try {
    const child = spawn(program, args, {
      // A separate process group, otherwise Ctrl-C would end the server before its clients have drained.
      detached: true,
      windowsHide: true,
      env,
      // Writes to the file without a pipe, otherwise the server's writes fail when this process ends.
      stdio: ['ignore', output.fd, output.fd, channel],
    });
    const exited = exitOf(child);
    return { pid: child.pid, exited, stop: (graceMs) => stopServer(child, exited, graceMs) };
  } finally {
    await output.close();
  }
}

function exitOf(child: ChildProcess): Promise<string> {
  running.add(child);
  return new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    child.once('error', (error) => resolve(error.message));
  }).finally(() => running.delete(child));
}

async function stopServer(
  child: ChildProcess,
  exited: Promise<string>,
  graceMs = STOP_GRACE_MS,
): Promise<void> {
  const ended = new AbortController();
  child.kill('SIGTERM');
  const killLater = delay(graceMs, undefined, { signal: ended.signal }).then(
    () => child.kill('SIGKILL'),
    () => false,
  );
  await exited;
  ended.abort();
  await killLater;
}
