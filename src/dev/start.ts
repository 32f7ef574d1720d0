import { join } from 'node:path';
import { assertFilesFolder } from '../config/files-folder.js';
import { createObjectStore } from '../storage/create-store.js';
import { messageOf } from './errors.js';
import { describeFiles, usesSamples } from './files/describe-files.js';
import { folderArgument } from './files/folder-argument.js';
import { firstDownload } from './first-download.js';
import { printLine } from './print.js';
import { runCli } from './run-cli.js';
import { seedSamples } from './samples/samples.js';
import { runStack } from './stack/run-stack.js';
import { type StackSettings, stackSettings } from './stack/stack-settings.js';

/** Runs the embedded stack on the samples, a folder of the user's own, or what the settings select. */
async function start(args: readonly string[]): Promise<void> {
  const { env, settings } = await withFolder(args);
  await assertFilesFolder(settings);
  const files = await describeFiles(settings);
  const seed = async () => seedSamples(await createObjectStore(settings.store)).catch(reportSeedFailure);
  await runStack(
    {
      env,
      settings,
      toolsDir: join(settings.store.dataDir, 'tools'),
      ...(usesSamples(settings) ? { prepare: seed } : {}),
    },
    (stack, signal) => firstDownload(stack, files, settings.auth.mode !== 'none', signal),
  );
}

/** Reads the settings. A folder in the arguments overrides FILES_FOLDER. */
async function withFolder(args: readonly string[]): Promise<StackSettings> {
  const { env, settings } = stackSettings(process.env);
  // npm changes to the folder of the package, and keeps the user's folder in INIT_CWD.
  const folder = await folderArgument(args, env['INIT_CWD'] ?? process.cwd(), settings.store.dataDir);
  return folder === undefined ? { env, settings } : stackSettings({ ...env, FILES_FOLDER: folder });
}

function reportSeedFailure(error: unknown): void {
  printLine(`The sample files could not be created: ${messageOf(error)}`);
}

await runCli(() => start(process.argv.slice(2)));
