import { messageOf } from '../errors.js';
import { Deployment } from './deployment.js';
import type { Result } from './result.js';
import type { Row } from './row.js';
import { type DrillOptions, runRow } from './run-row.js';

/**
 * Runs rows one after the other. Rows without preparations share a deployment, until one cannot be run.
 * @returns the results of those that could be run, until the signal.
 */
export async function runRows(rows: readonly Row[], options: DrillOptions): Promise<Result[]> {
  const { signal, print } = options;
  const results: Result[] = [];
  let shared: Deployment | undefined;
  try {
    for (const row of rows) {
      print(`${row.name}: starting`);
      try {
        if (row.prepare) results.push(await runAlone(row, options));
        else results.push(await runRow(row, (shared ??= await Deployment.start(options)), options));
        for (const problem of results.at(-1)!.problems) print(`${row.name}: NOT MET: ${problem}`);
      } catch (error) {
        if (signal.aborted) return results;
        print(`${row.name}: NOT RUN: ${messageOf(error)}`);
        if (!row.prepare) {
          await shared?.stop(true);
          shared = undefined;
        }
      }
    }
    return results;
  } finally {
    await shared?.stop(results.some(({ problems }) => problems.length > 0));
  }
}

async function runAlone(row: Row, options: DrillOptions): Promise<Result> {
  const deployment = await Deployment.start(options, row.prepare);
  let keep = true;
  try {
    const result = await runRow(row, deployment, options);
    keep = result.problems.length > 0;
    return result;
  } finally {
    await deployment.stop(keep && !options.signal.aborted);
  }
}
