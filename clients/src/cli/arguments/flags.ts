/** Every flag of the command line, as `parseArgs` takes it, with its help. */
export const FLAGS = {
  output: {
    type: 'string',
    short: 'o',
    help: ['-o, --output FILE|DIR|-', 'where to save; - is standard output'],
  },
  from: {
    type: 'string',
    multiple: true,
    help: ['--from FILE', 'file ids, one a line; - is standard input'],
  },
  format: {
    type: 'string',
    help: ['--format FORMAT', 'zip, tar or tar.gz (default: by the name of -o, else zip)'],
  },
  name: { type: 'string', help: ['--name NAME', 'name of the archive'] },
  'skip-missing': { type: 'boolean', help: ['--skip-missing', 'leave unavailable files out, and list them'] },
  priority: { type: 'string', help: ['--priority P', 'standard or low'] },
  label: { type: 'string', multiple: true, help: ['--label NAME=VALUE', 'kept with the download'] },
  force: { type: 'boolean', help: ['--force', 'replace an existing file'] },
  new: { type: 'boolean', help: ['--new', 'start another download instead of rejoining'] },
  'on-interrupt': {
    type: 'string',
    help: [
      '--on-interrupt WHAT',
      'ask, detach or cancel on Ctrl-C (default: ask on a terminal, else detach)',
    ],
  },
  timeout: { type: 'string', help: ['--timeout TIME', 'stop after 90s, 10m or 2h; the download goes on'] },
  status: { type: 'string', help: ['--status LIST', 'only these, such as active or failed,expired'] },
  state: { type: 'string', help: ['--state LIST', 'only these, such as skipped,failed'] },
  limit: { type: 'string', help: ['--limit N', 'at most N rows (default: 50 on a terminal, else all)'] },
  url: { type: 'string', help: ['--url URL', 'address of the API (default: $LONGHAUL_URL)'] },
  json: { type: 'boolean', help: ['--json', 'print JSON'] },
  quiet: { type: 'boolean', short: 'q', help: ['-q, --quiet', 'no progress and no advice'] },
  progress: { type: 'string', help: ['--progress HOW', 'auto, bar, plain or none'] },
  'no-color': { type: 'boolean', help: ['--no-color', 'no colors; also $NO_COLOR'] },
  help: { type: 'boolean', short: 'h', help: ['-h, --help', 'print help, examples first'] },
  version: { type: 'boolean', help: ['--version', 'print the version'] },
} as const;

export type Flag = keyof typeof FLAGS;

export const COMMON_FLAGS: readonly Flag[] = ['url', 'json', 'quiet', 'no-color', 'help'];
export const REQUEST_FLAGS: readonly Flag[] = ['from', 'format', 'name', 'skip-missing', 'priority', 'label'];
export const WAIT_FLAGS: readonly Flag[] = ['on-interrupt', 'timeout', 'progress'];
