import { fork } from 'node:child_process';
import { once } from 'node:events';

/** A module that runs in its own process. */
export interface Child<T> {
  /** First message of the child; see `sendToParent`. */
  message: T;
  /** Kills the process. */
  stop: () => Promise<void>;
}

/** Runs `module` in a fresh process and waits for its first message. Rejects if it exits without one. */
export async function startChild<T>(
  module: URL,
  input: unknown,
  env: Record<string, string> = {},
): Promise<Child<T>> {
  const child = fork(module, [JSON.stringify(input)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // Otherwise every child repeats the warnings of libraries about old Node versions.
    execArgv: ['--no-warnings'],
    env: { ...process.env, ...env },
  });
  const exited = once(child, 'exit');
  const message = await Promise.race([
    once(child, 'message').then(([received]) => received as T),
    exited.then(([code, signal]) => {
      throw new Error(`${module.pathname} ended with ${signal ?? `exit code ${code}`}`);
    }),
  ]);
  const stop = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  return { message, stop };
}

/** Runs `module` in a fresh process and returns its first message. */
export async function runChild<T>(module: URL, input: unknown, env: Record<string, string> = {}): Promise<T> {
  const { message, stop } = await startChild<T>(module, input, env);
  await stop();
  return message;
}
