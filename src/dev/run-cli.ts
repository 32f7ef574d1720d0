import { messageOf } from './errors.js';

/** Runs a command of a terminal. An error is printed without its stack, and sets exit code 1. */
export async function runCli(command: () => Promise<void>): Promise<void> {
  // Closing the terminal sends SIGHUP; treat it as a request to stop.
  process.once('SIGHUP', () => process.emit('SIGTERM'));
  try {
    await command();
  } catch (error) {
    console.error(`\n${messageOf(error)}`);
    process.exitCode = 1;
  }
}
