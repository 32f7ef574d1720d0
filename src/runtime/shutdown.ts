/** One step of a shutdown. If it fails, the error is reported and the next phase runs. */
export interface ShutdownPhase {
  name: string;
  run(): Promise<void>;
}

const PARENT_POLL_MS = 500;

/**
 * Resolves with the reason at the first request to stop: SIGTERM, SIGINT, a closed IPC channel, or the exit of npm.
 * Ignores further signals, because both npm and the terminal send one on Ctrl-C.
 */
export function shutdownRequested(): Promise<string> {
  return new Promise((resolve) => {
    process.on('SIGTERM', () => resolve('SIGTERM'));
    process.on('SIGINT', () => resolve('SIGINT'));
    if (process.channel) process.once('disconnect', () => resolve('the parent process ended'));
    // An open IPC channel must not keep the process alive.
    process.channel?.unref();
    if (process.env['npm_lifecycle_event']) onParentExit(() => resolve('npm ended'));
  });
}

/**
 * Polls the parent process id. npm sends SIGTERM to the shell between npm and this process, and the shell exits without
 * forwarding it.
 */
function onParentExit(callback: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    callback();
  }, PARENT_POLL_MS);
  timer.unref();
}

/** Runs all phases in order, even if some of them fail. */
export async function shutDown(
  phases: readonly ShutdownPhase[],
  report: (phase: string, error: unknown) => void,
): Promise<void> {
  for (const phase of phases) {
    try {
      await phase.run();
    } catch (error) {
      report(phase.name, error);
    }
  }
}
