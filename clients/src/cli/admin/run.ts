import { KeyFile } from '../credentials/key-file.js';
import { findServer, isExposed } from '../credentials/server.js';
import { warnOfPlainHttp } from '../credentials/warnings.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import type { Console } from '../output/console.js';
import { AdminClient } from './admin-client.js';
import { runCommand } from './admin-commands.js';

/** Runs `longhaul admin`, the commands of operators. @throws CommandError */
export async function runAdmin(args: readonly string[], console: Console): Promise<ExitCode> {
  const output = await runCommand([...args], async (url) => {
    const server = await findServer(url, new KeyFile());
    if (isExposed(server)) warnOfPlainHttp(server.url, console);
    return new AdminClient(server);
  });
  console.data(output);
  return EXIT.done;
}
