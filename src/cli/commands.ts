import { parseArgs } from 'node:util';
import type { AdminClient } from './admin-client.js';
import { UsageError } from './errors.js';
import { failedTable, jobSheet } from './tables.js';

export const HELP = `Usage: longhaul-admin <command> [options]

  failed [--limit N] [--cursor=C]    jobs that failed and were not started again, newest first
  show JOB                           one job: its status, what it is at, why it failed
  retry JOB...                       starts failed jobs again, each as the same job of the same user
  terminate JOB --reason TEXT        ends a job at once; what it left is removed by the nightly clean-up

Options
  --json     print what the API answered
  --help     print this

Environment
  LONGHAUL_URL        where the API is (http://127.0.0.1:3000)
  LONGHAUL_API_KEY    key of a user that is among the API's ADMIN_USERS

Exit status: 0 done, 1 refused or unreachable, 2 used wrongly.
`;

const OPTIONS = {
  limit: { type: 'string' },
  cursor: { type: 'string' },
  reason: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Values = ReturnType<typeof parse>['values'];

/** A command: what it prints, asked of the API. */
type Command = (client: AdminClient, jobIds: string[], values: Values) => Promise<string>;

const COMMANDS: Record<string, Command> = {
  failed: async (client, rest, { limit, cursor, json }) => {
    if (rest.length > 0) throw new UsageError('failed takes no job id. Did you mean show?');
    const page = await client.failed(limit, cursor);
    return json ? asJson(page) : failedTable(page);
  },
  show: async (client, jobIds, { json }) => {
    const job = await client.show(onlyOne(jobIds, 'show'));
    return json ? asJson(job) : jobSheet(job);
  },
  retry: async (client, jobIds, { json }) => {
    if (jobIds.length === 0) throw new UsageError('retry needs the id of a job.');
    let printed = '';
    for (const jobId of jobIds) {
      const job = await client.retry(jobId);
      printed += json ? asJson(job) : `Started again: ${job.jobId} of ${job.userId}\n`;
    }
    return printed;
  },
  terminate: async (client, jobIds, { reason, json }) => {
    if (!reason) throw new UsageError('terminate needs --reason TEXT, for those who look at the job later.');
    const job = await client.terminate(onlyOne(jobIds, 'terminate'), reason);
    return json ? asJson(job) : `Terminated: ${job.jobId} of ${job.userId}\n`;
  },
};

/**
 * Runs the command that `args` name.
 * @param connect makes the client; called when the arguments are right.
 * @returns what to print.
 * @throws UsageError or RequestFailed.
 */
export async function runCommand(args: string[], connect: () => AdminClient): Promise<string> {
  const { values, positionals } = parse(args);
  const [name, ...rest] = positionals;
  if (values.help) return HELP;
  if (name === undefined) throw new UsageError('Which command? longhaul-admin --help lists them.');
  if (!Object.hasOwn(COMMANDS, name)) {
    throw new UsageError(`There is no command ${name}. longhaul-admin --help lists them.`);
  }
  return COMMANDS[name]!(connect(), rest, values);
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function onlyOne(jobIds: string[], command: string): string {
  if (jobIds.length !== 1) throw new UsageError(`${command} needs the id of one job.`);
  return jobIds[0]!;
}

function asJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
