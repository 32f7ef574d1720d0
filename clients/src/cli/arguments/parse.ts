import { parseArgs } from 'node:util';
import { UsageError } from '../errors.js';
import { type Flag, FLAGS } from './flags.js';
import { nearest } from './nearest.js';

/** Values of the flags that were given. */
export type Values = ReturnType<typeof strictly>['values'];

export interface Arguments {
  values: Values;
  positionals: string[];
}

/**
 * Parses the arguments of one command.
 * @param allowed flags of the command.
 * @throws UsageError, which names the nearest flag.
 */
export function parseArguments(
  args: readonly string[],
  allowed: readonly Flag[],
  command: string,
): Arguments {
  const { tokens } = parseArgs({
    args: [...args],
    options: FLAGS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind !== 'option' || allowed.some((flag) => flag === token.name)) continue;
    throw unknownFlag(token.rawName, allowed, command);
  }
  return strictly(args);
}

function strictly(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: FLAGS,
      strict: true,
      allowPositionals: true,
    });
    return { values, positionals };
  } catch (error) {
    throw new UsageError((error as Error).message.replaceAll('\n', ' '), { cause: error });
  }
}

function unknownFlag(rawName: string, allowed: readonly Flag[], command: string): UsageError {
  const name = rawName.replace(/^-+/, '');
  if (name in FLAGS) return new UsageError(`longhaul ${command} has no flag ${rawName}. ${seeHelp(command)}`);
  if (SECRETS.has(name)) {
    return new UsageError(
      `There is no flag ${rawName}: flags show in lists of processes. Use longhaul login, or set LONGHAUL_API_KEY.`,
    );
  }
  const meant = nearest(name, allowed);
  const hint = meant === undefined ? seeHelp(command) : `Did you mean --${meant}?`;
  return new UsageError(`Unknown flag ${rawName}. ${hint}`);
}

const SECRETS = new Set(['key', 'api-key', 'apikey', 'token', 'password']);

function seeHelp(command: string): string {
  return `longhaul ${command} --help lists its flags.`;
}
