/** One step of shutting down; what it throws is reported, and the next one goes on. */
export interface ShutdownPhase {
  name: string;
  run(): Promise<void>;
}

/** How soon the end of npm is markChanged. */
const PARENT_POLL_MS = 500;

/**
 * Resolves at the first wish to stop: SIGTERM, SIGINT, the end of the parent that this process talks to, or of the npm
 * that ran it. A second Ctrl-C changes nothing: npm and the terminal both send the first.
 */
export function shutdownRequested(): Promise<string> {
  return new Promise((resolve) => {
    process.on('SIGTERM', () => resolve('SIGTERM'));
    process.on('SIGINT', () => resolve('SIGINT'));
    if (process.channel) process.once('disconnect', () => resolve('the parent process ended'));
    // Listening to the parent is no reason to stay alive.
    process.channel?.unref();
    if (process.env['npm_lifecycle_event']) whenParentEnds(() => resolve('npm ended'));
  });
}

/** npm hands SIGTERM to the shell between us, which ends and tells us nothing: all we see is another parent. */
function whenParentEnds(ended: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    ended();
  }, PARENT_POLL_MS);
  timer.unref();
}

/** Runs the phases in their order, whether or not one of them fails. */
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
