/** Returns the input of a process started by `startChild`. From now on the process exits when its parent does. */
export function inputFromParent(): unknown {
  process.once('disconnect', () => process.exit());
  return JSON.parse(process.argv[2]!);
}

/** Sends a message to the parent process. */
export function sendToParent(message: unknown): void {
  process.send!(message);
}
