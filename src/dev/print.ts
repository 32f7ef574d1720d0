const RETURN_AND_CLEAR_LINE = '\r\u001B[2K';

/** Prints a line. On a terminal it replaces an unfinished progress bar, which redraws itself below. */
export function printLine(line: string): void {
  console.log((process.stdout.isTTY ? RETURN_AND_CLEAR_LINE : '') + line);
}
