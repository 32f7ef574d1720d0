import { COMMON_FLAGS, FLAGS } from './arguments/flags.js';
import { COMMANDS } from './commands/all.js';
import type { Command } from './commands/command.js';
import { columns } from './output/table.js';

const EXIT_CODES = `Exit status
  0 done   1 error   2 usage   3 job failed or cancelled   4 not signed in or forbidden   5 unknown or expired
  6 unreachable or busy: run it again   7 checksum, disk or existing file   130 interrupted
`;

/** Returns the help of all commands. */
export function generalHelp(): string {
  const commands = Object.entries(COMMANDS).map(([name, { usage, summary }]) => [
    `  ${name} ${usage}`,
    summary,
  ]);
  return `Examples
  longhaul download 70000 70001 -o photos.zip
  longhaul files report | longhaul download --from - -o reports.zip
  longhaul list --status active

Commands
${columns([...commands, ['  admin …', 'for operators: longhaul admin --help']])}
longhaul COMMAND --help shows the flags of a command.

Environment
  LONGHAUL_URL       address of the API (default: that of longhaul login, else http://127.0.0.1:3000)
  LONGHAUL_API_KEY   key; LONGHAUL_TOKEN takes a token likewise. Both win over longhaul login

${EXIT_CODES}`;
}

/** Returns the help of one command. */
export function commandHelp(name: string, { usage, summary, examples, flags }: Command): string {
  const rows = [...flags, ...COMMON_FLAGS].map((flag) =>
    FLAGS[flag].help.map((cell, i) => (i === 0 ? `  ${cell}` : cell)),
  );
  return `Examples
${examples.map((example) => `  ${example}\n`).join('')}
Usage: longhaul ${[name, usage].filter(Boolean).join(' ')} [flags]
  ${summary}

Flags
${columns(rows)}
${EXIT_CODES}`;
}
