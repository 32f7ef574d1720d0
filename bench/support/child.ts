import { fork } from 'node:child_process';
import { once } from 'node:events';

/** A module that runs in a process of its own. */
export interface Child<T> {
  /** The first thing it told; see `tellParent`. */
  told: T;
  /** Ends it at once. */
  stop: () => Promise<void>;
}

/** Runs `module` in a fresh process and waits until it tells something. Rejects when it ends without. */
export async function startChild<T>(module: URL, input: unknown): Promise<Child<T>> {
  const child = fork(module, [JSON.stringify(input)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // Libraries warn of old versions of Node, every time anew.
    execArgv: ['--no-warnings'],
  });
  const exited = once(child, 'exit');
  const told = await Promise.race([
    once(child, 'message').then(([message]) => message as T),
    exited.then(([code, signal]) => {
      throw new Error(`${module.pathname} ended with ${signal ?? `exit code ${code}`}`);
    }),
  ]);
  const stop = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  return { told, stop };
}

/** Runs `module` in a fresh process until it tells its result. */
export async function runChild<T>(module: URL, input: unknown): Promise<T> {
  const { told, stop } = await startChild<T>(module, input);
  await stop();
  return told;
}
