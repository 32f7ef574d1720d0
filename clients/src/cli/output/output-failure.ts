import { systemCode } from '../errors.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { diskFailure } from '../transfer/disk-failure.js';

/** Returns the exit code after standard output could not be written, and says why. */
export function reportOutputFailure(error: Error): ExitCode {
  // A reader such as `head` that has gone needs nothing more.
  if (systemCode(error) === 'EPIPE') return EXIT.done;
  process.stderr.write(`Error: ${diskFailure('Standard output', error).message}\n`);
  return EXIT.notSaved;
}
