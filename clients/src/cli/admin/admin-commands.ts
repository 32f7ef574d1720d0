import { parseArgs } from 'node:util';
import type { AdminClient } from './admin-client.js';
import { UsageError } from '../errors.js';
import { jsonText } from '../output/one-line.js';
import { failedTable, jobSheet } from './admin-tables.js';

export const HELP = `Usage: longhaul admin <command> [options]

  failed [--limit N] [--cursor=C]    list failed jobs that were not retried, newest first
  show JOB                           show a job: status, pending steps, error
  retry JOB...                       start failed jobs again, with the same id and for the same user
  terminate JOB --reason TEXT        kill a job without its clean-up; the nightly sweep removes its files

Options
  --url URL     address of the API
  --json        print the API's response as JSON
  -h, --help    print this help

Environment
  LONGHAUL_URL        address of the API (default http://127.0.0.1:3000)
  LONGHAUL_API_KEY    API key of a user in ADMIN_USERS

Exit status: 0 done, 1 error, 2 usage, 4 not an operator, 5 unknown job, 6 unreachable or busy.
`;

const OPTIONS = {
  limit: { type: 'string' },
  cursor: { type: 'string' },
  reason: { type: 'string' },
  url: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Values = ReturnType<typeof parse>['values'];

/** Runs a command and returns its output. */
type Command = (client: AdminClient, jobIds: string[], values: Values) => Promise<string>;

const COMMANDS: Record<string, Command> = {
  failed: async (client, rest, { limit, cursor, json }) => {
    if (rest.length > 0) throw new UsageError('failed takes no job id. To see one job, use show.');
    const page = await client.failed(limit, cursor);
    return json ? asJson(page) : failedTable(page);
  },
  show: async (client, jobIds, { json }) => {
    const job = await client.show(onlyOne(jobIds, 'show'));
    return json ? asJson(job) : jobSheet(job);
  },
  retry: async (client, jobIds, { json }) => {
    if (jobIds.length === 0) throw new UsageError('retry needs the id of at least one job.');
    let output = '';
    for (const jobId of jobIds) {
      const job = await client.retry(jobId);
      output += json ? asJson(job) : `Started again: ${job.jobId} of ${job.userId}\n`;
    }
    return output;
  },
  terminate: async (client, jobIds, { reason, json }) => {
    if (!reason) throw new UsageError('terminate needs --reason TEXT. Temporal records it with the job.');
    const job = await client.terminate(onlyOne(jobIds, 'terminate'), reason);
    return json ? asJson(job) : `Terminated: ${job.jobId} of ${job.userId}\n`;
  },
};

/**
 * Runs the command in `args` and returns its output.
 * @param connect Creates the client; called only if the arguments are valid.
 * @throws CommandError
 */
export async function runCommand(
  args: string[],
  connect: (url: string | undefined) => Promise<AdminClient>,
): Promise<string> {
  const { values, positionals } = parse(args);
  const [name, ...rest] = positionals;
  if (values.help) return HELP;
  if (name === undefined) throw new UsageError('No command given. longhaul admin --help lists the commands.');
  if (!Object.hasOwn(COMMANDS, name)) {
    throw new UsageError(`Unknown command: ${name}. longhaul admin --help lists the commands.`);
  }
  return COMMANDS[name]!(await connect(values.url), rest, values);
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function onlyOne(jobIds: string[], command: string): string {
  if (jobIds.length !== 1) throw new UsageError(`${command} needs the id of exactly one job.`);
  return jobIds[0]!;
}

function asJson(value: unknown): string {
  return `${jsonText(value, 2)}\n`;
}
