#!/usr/bin/env node
import { AdminClient } from './admin-client.js';
import { runCommand } from './commands.js';
import { RequestFailed, UsageError } from './errors.js';
import { readSettings } from './settings.js';

try {
  process.stdout.write(await runCommand(process.argv.slice(2), () => new AdminClient(readSettings())));
} catch (error) {
  if (!(error instanceof UsageError || error instanceof RequestFailed)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
