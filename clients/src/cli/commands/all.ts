import { cancel } from './cancel.js';
import type { Command } from './command.js';
import { download } from './download.js';
import { estimate } from './estimate.js';
import { fetchArchive } from './fetch.js';
import { files } from './files.js';
import { list } from './list.js';
import { login, logout, whoami } from './login.js';
import { outcomes } from './outcomes.js';
import { retry } from './retry.js';
import { start } from './start.js';
import { status } from './status.js';
import { wait } from './wait.js';

/** Every command by its name, in the order of the help. `admin` reads its own arguments. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  download,
  start,
  wait,
  fetch: fetchArchive,
  status,
  list,
  cancel,
  retry,
  files,
  outcomes,
  estimate,
  login,
  logout,
  whoami,
};

export const COMMAND_NAMES: readonly string[] = [...Object.keys(COMMANDS), 'admin', 'help'];
