import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { webUi } from './announcement.js';
import { demoSettings, type DemoSettings } from './demo/demo-settings.js';
import { MadeUpFiles } from './demo/made-up-files.js';
import { DownloadFailed, watchDownload } from './downloads/watched-download.js';
import { printLine } from './print.js';
import { runCli } from './run-cli.js';
import { type RunningStack, runStack } from './stack/run-stack.js';
import { stackSettings } from './stack/stack-settings.js';
import { untilHealthy } from './until-healthy.js';

/** Longest time that the demo is watched, for downloads of many gigabytes. */
const WATCH_MS = 12 * 3_600_000;

/** Settings that would lead the demo away from its own files and its own Temporal server. */
const EMBEDDED = {
  NODE_ENV: '',
  AUTH_MODE: '',
  OBJECT_STORE: '',
  CATALOGUE: '',
  FILES_FOLDER: '',
  DOWNLOAD_DELAY_ENABLED: '',
  TEMPORAL_ADDRESS: '',
  TEMPORAL_NAMESPACE: '',
  TEMPORAL_API_KEY: '',
  TEMPORAL_TLS: '',
  // The shortest allowed, so that the loss of a worker is noticed while somebody watches.
  HEARTBEAT_TIMEOUT_MS: '5000',
};

/** Downloads large made-up files at a steady rate in a stack of its own, and removes everything at the end. */
async function demo(): Promise<void> {
  const size = demoSettings(process.env);
  const { settings: own } = stackSettings(process.env);
  const dataDir = join(own.store.dataDir, 'demo');
  const files = await MadeUpFiles.start(size);
  let hasStarted = false;
  try {
    const options = stackSettings({
      ...process.env,
      ...EMBEDDED,
      DATA_DIR: dataDir,
      CATALOGUE_URL: `http://${files.host}/{id}`,
      OUTBOUND_ALLOWED_HOSTS: files.host,
    });
    await runStack({ ...options, toolsDir: join(own.store.dataDir, 'tools') }, async (stack, signal) => {
      hasStarted = true;
      await untilHealthy({ ...stack, signal });
      await show(stack, files.fileIds, size, signal);
      printLine(`\nCtrl-C ends the demo and removes its files, ${dataDir}.`);
    });
  } finally {
    await files.stop();
    // Before the start, the folder may belong to another demo that runs.
    if (hasStarted) await rm(dataDir, { recursive: true, force: true });
  }
}

async function show(
  stack: RunningStack,
  fileIds: readonly string[],
  { bytes, seconds }: DemoSettings,
  signal: AbortSignal,
): Promise<void> {
  const { baseUrl, workerPid } = stack;
  printLine(`
Downloading ${fileIds.length} made-up files of ${bytes / 1_000_000} MB together, which takes about ${seconds} s.
`);
  try {
    const { link } = await watchDownload(baseUrl, { fileIds, name: 'demo' }, process.stdout, {
      signal,
      timeoutMs: WATCH_MS,
      onStarted: ({ jobId }) =>
        printLine(`  Status     curl -s ${baseUrl}/v1/download/status/${jobId}
  Web UI     ${webUi(stack, jobId)}
  Try        kill -9 ${workerPid}    # ends the worker: another one takes over, and the download goes on
`),
    });
    printLine(`\nReady. The archive can be fetched as often as you like:\n\n  curl -fL -o demo.zip ${link}`);
  } catch (error) {
    if (!(error instanceof DownloadFailed)) throw error;
    printLine(`\nThe download failed. ${error.message}\nLonghaul keeps running.`);
  }
}

await runCli(demo);
