import type { MissingFile } from '../contract/files.js';
import type { Logger } from '../telemetry/logger.js';

/** Limits the lines of one step, because a whole store may deny its files. */
const MAX_LOGGED = 10;

/** Returns a function that logs why files cannot be downloaded: the message for users lacks keys and causes. */
export function logRefused(logger: Logger): (missing: MissingFile, reason: unknown) => void {
  let logged = 0;
  return ({ fileId, code }, reason) => {
    if (logged++ < MAX_LOGGED) logger.warn({ fileId, code, err: reason }, 'file cannot be downloaded');
  };
}
