import { execFile } from 'node:child_process';
import { locate, type ServerProgram } from './locate-program.js';

/** Finds promtool, which Debian's package `prometheus` contains. */
export function locatePromtool(): Promise<ServerProgram> {
  return locate('promtool', { variable: 'PROMTOOL_PATH' });
}

/** Returns what `promtool check metrics` says of a scrape; empty when it finds nothing. */
export function checkMetrics(promtool: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(promtool, ['check', 'metrics'], (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(error);
      else resolve(`${stdout}${stderr}`.trim());
    });
    child.stdin!.end(text);
  });
}

/** Runs promtool. Returns its output when it finds a mistake, and nothing otherwise. */
export function promtoolFindings(promtool: string, ...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(promtool, args, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(error);
      else resolve(error ? `${stdout}${stderr}` : '');
    });
  });
}
