import type { LonghaulClient } from '../../client/index.js';
import type { Flag } from '../arguments/flags.js';
import type { Values } from '../arguments/parse.js';
import type { Server } from '../credentials/server.js';
import { checkedJobId } from '../arguments/job-id.js';
import { UsageError } from '../errors.js';
import type { ExitCode } from '../exit-codes.js';
import type { Console } from '../output/console.js';
import { jsonText } from '../output/one-line.js';

/** A server and its client. */
export interface Connection {
  client: LonghaulClient;
  server: Server;
}

/** The surroundings of a command. */
export interface Context {
  values: Values;
  /** Arguments that are not flags. */
  positionals: readonly string[];
  console: Console;
  /** Finds server and key. @throws UsageError */
  connect(): Promise<Connection>;
}

export interface Command {
  /** Arguments after the name, such as `JOB`. */
  usage: string;
  summary: string;
  examples: readonly string[];
  flags: readonly Flag[];
  /** Waits longer for a server that is busy or away, because nobody may be watching. */
  isPatient?: true;
  run(context: Context): Promise<ExitCode | void>;
}

/** Returns the only argument. @throws UsageError, or CommandError for an id that no job has. */
export function onlyJob({ positionals }: Context, command: string): string {
  const [jobId, ...others] = positionals.map((text) => text.trim());
  if (!jobId || others.length > 0) {
    throw new UsageError(`longhaul ${command} takes the id of one job. longhaul list shows them.`);
  }
  return checkedJobId(jobId);
}

/** @throws UsageError if there are arguments. */
export function noArguments({ positionals }: Context, command: string): void {
  if (positionals.length > 0) throw new UsageError(`longhaul ${command} takes no arguments.`);
}

/** Prints a value as JSON. */
export function printJson(console: Console, value: unknown): void {
  console.data(`${jsonText(value, 2)}\n`);
}
