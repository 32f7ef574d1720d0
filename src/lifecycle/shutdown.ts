/** One step of shutting down; what it throws is reported, and the next one goes on. */
export interface ShutdownPhase {
  name: string;
  run(): Promise<void>;
}

/**
 * Resolves at the first wish to stop: SIGTERM, SIGINT, SIGHUP, or the end of the parent that this process talks to. A second
 * Ctrl-C changes nothing: npm and the terminal both send the first.
 */
export function shutdownRequested(): Promise<string> {
  return new Promise((resolve) => {
    process.on('SIGTERM', () => resolve('SIGTERM'));
    process.on('SIGINT', () => resolve('SIGINT'));
    process.on('SIGHUP', () => resolve('SIGHUP'));
    if (process.channel) process.once('disconnect', () => resolve('the parent process ended'));
    // Listening to the parent is no reason to stay alive.
    process.channel?.unref();
  });
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
