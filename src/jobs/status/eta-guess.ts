/** Low guesses, for before anything was observed: what a small machine does with small files, and with large ones. */
const FILES_PER_SECOND = 50;
const BYTES_PER_SECOND = 40 * 1024 * 1024;

/** Seconds that a job may take. @param bytes of all files, 0 as long as they are not known. */
export function etaGuess(files: number, bytes = 0): number {
  return 1 + Math.ceil(files / FILES_PER_SECOND + bytes / BYTES_PER_SECOND);
}
