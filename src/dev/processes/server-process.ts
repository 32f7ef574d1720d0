import { type ChildProcess, spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** A server that runs beside this process and ends with it. */
export interface ServerProcess {
  /** Undefined when the program could not even be started. */
  pid: number | undefined;
  /** Resolves when the server has ended, wanted or not, and tells how: `exit code 1`, `SIGKILL`. */
  exited: Promise<string>;
  /** Ends the server, by force after the grace time; resolves when it is gone. Idempotent. */
  stop(): Promise<void>;
}

const STOP_GRACE_MS = 5_000;

/**
 * Starts a program in the background, all its output appended to `logFile`. Never throws for a bad program: see `exited`.
 * @param channel `ipc` for a Node program that ends when its channel to us does, even if we are killed.
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
      // A process group of its own: Ctrl-C in the terminal must not end the server before its clients have drained.
      detached: true,
      windowsHide: true,
      env,
      // Straight into the file, not through a pipe: the server must not fail writing when we are gone.
      stdio: ['ignore', output.fd, output.fd, channel],
    });
    const exited = exitOf(child);
    return { pid: child.pid, exited, stop: () => stopServer(child, exited) };
  } finally {
    await output.close();
  }
}

function exitOf(child: ChildProcess): Promise<string> {
  // However this process ends, other than by SIGKILL, the server ends too.
  const endWithUs = () => child.kill('SIGTERM');
  process.once('exit', endWithUs);
  return new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    child.once('error', (error) => resolve(error.message));
  }).finally(() => process.off('exit', endWithUs));
}

async function stopServer(child: ChildProcess, exited: Promise<string>): Promise<void> {
  const ended = new AbortController();
  child.kill('SIGTERM');
  const killLater = delay(STOP_GRACE_MS, undefined, { signal: ended.signal }).then(
    () => child.kill('SIGKILL'),
    () => false,
  );
  await exited;
  ended.abort();
  await killLater;
}
