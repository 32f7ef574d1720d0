import { runAdmin } from './admin/run.js';
import { COMMON_FLAGS } from './arguments/flags.js';
import { nearest } from './arguments/nearest.js';
import { parseArguments, type Values } from './arguments/parse.js';
import { COMMAND_NAMES, COMMANDS } from './commands/all.js';
import type { Command, Connection } from './commands/command.js';
import { clientOf } from './connect.js';
import { KeyFile } from './credentials/key-file.js';
import { findServer, isExposed } from './credentials/server.js';
import { warnOfPlainHttp } from './credentials/warnings.js';
import { describe } from './describe.js';
import { exitCodeOf, UsageError } from './errors.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { commandHelp, generalHelp } from './help.js';
import { Interrupted } from './interrupt/interrupted.js';
import { BrokenPipe, Console } from './output/console.js';
import { oneLine } from './output/one-line.js';
import { textStdout } from './output/text-stdout.js';
import { version } from './version.js';

/** Longer than the minute after which limits on requests begin again. */
const PATIENT_RETRY_FOR_MS = 90_000;

/** Runs the command line. Returns its exit code; never throws. */
export async function run(args: readonly string[]): Promise<ExitCode> {
  const [name, ...rest] = args;
  let console = consoleFor({});
  try {
    if (name === undefined || name === 'help' || name === '-h' || name === '--help')
      return await help(name, rest, console);
    if (name === '--version') {
      console.data(`${version()}\n`);
      return EXIT.done;
    }
    if (name === 'admin') return await runAdmin(rest, console);
    const command = commandNamed(name);
    const { values, positionals } = parseArguments(rest, [...command.flags, ...COMMON_FLAGS], name);
    console = consoleFor(values);
    if (values.help) {
      console.data(commandHelp(name, command));
      return EXIT.done;
    }
    const connect = () => connectTo(values, console, command.isPatient && PATIENT_RETRY_FOR_MS);
    return (await command.run({ values, positionals, console, connect })) ?? EXIT.done;
  } catch (error) {
    return reported(error, console);
  }
}

async function help(
  name: string | undefined,
  [topic]: readonly string[],
  console: Console,
): Promise<ExitCode> {
  if (name === undefined) {
    console.warn(`${generalHelp()}\nNo command given.`);
    return EXIT.usage;
  }
  if (topic === 'admin') return runAdmin(['--help'], console);
  console.data(
    topic === undefined || topic === 'help' ? generalHelp() : commandHelp(topic, commandNamed(topic)),
  );
  return EXIT.done;
}

function commandNamed(name: string): Command {
  if (Object.hasOwn(COMMANDS, name)) return COMMANDS[name]!;
  if (name.startsWith('-'))
    throw new UsageError(`Flags go after the command: longhaul COMMAND ${oneLine(name)}`);
  const meant = nearest(name, COMMAND_NAMES);
  const hint =
    meant === undefined ? 'longhaul --help lists the commands.' : `Did you mean longhaul ${meant}?`;
  throw new UsageError(`Unknown command: ${oneLine(name)}. ${hint}`);
}

async function connectTo(values: Values, console: Console, retryForMs?: number): Promise<Connection> {
  const server = await findServer(values.url, new KeyFile());
  if (isExposed(server)) warnOfPlainHttp(server.url, console);
  return { client: clientOf(server, retryForMs), server };
}

function consoleFor(values: Values, env: NodeJS.ProcessEnv = process.env): Console {
  const { stderr } = process;
  const color = stderr.isTTY && !values['no-color'] && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  return new Console({ stdout: textStdout(), stderr, quiet: values.quiet ?? false, color });
}

/** Prints a failure, and returns its exit code. */
function reported(error: unknown, console: Console): ExitCode {
  if (error instanceof Interrupted) return EXIT.interrupted;
  if (error instanceof BrokenPipe) return EXIT.error;
  console.error(describe(error));
  if (process.env['DEBUG'] && error instanceof Error) console.warn(error.stack ?? '');
  return exitCodeOf(error);
}
