import { type ChildProcess, spawn } from 'node:child_process';
import { rename, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inPartialDirectory } from '../processes/partial-directory.js';
import { executableName } from './pinned-wheel.js';
import { lastLines } from '../processes/run-command.js';

const STALL_MS = 30_000;
const POLL_MS = 250;

// The SDK downloads the CLI only when it starts a server. So a child process starts an in-memory server on a free
// loopback port and stops it at once. It runs in a child process, because it installs the SDK's runtime with default
// options, and a process can install the runtime only once.
const DOWNLOAD = `
  const [, testing, downloadDir] = process.argv;
  const { TestWorkflowEnvironment } = (await import(testing)).default;
  const executable = { type: 'cached-download', downloadDir };
  try {
    const environment = await TestWorkflowEnvironment.createLocal({ server: { executable } });
    await environment.teardown();
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
`;

/** Returns the version of `@temporalio/testing`; null if it is not installed, as in production images. */
export function sdkTestingVersion(): string | null {
  try {
    const manifest: { version: string } = createRequire(import.meta.url)('@temporalio/testing/package.json');
    return manifest.version;
  } catch {
    return null;
  }
}

/**
 * Returns the file name of the CLI that the SDK downloads (`ephemeral_server` in temporal-sdk-core). By default the SDK
 * stores it in the system's temporary directory.
 */
export function sdkCliFileName(sdkVersion: string): string {
  return executableName(`temporal-sdk-typescript-${sdkVersion}`);
}

/**
 * Downloads the CLI through the SDK into `toolsDir` and returns its path. Fails at once without a network, and after 30 s
 * without data.
 */
export function downloadSdkCli(
  sdkVersion: string,
  toolsDir: string,
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<string> {
  const fileName = sdkCliFileName(sdkVersion);
  return inPartialDirectory(toolsDir, async (partial) => {
    await runSdkDownload(fileName, partial, env, signal);
    await rename(join(partial, fileName), join(toolsDir, fileName));
    return join(toolsDir, fileName);
  });
}

/** Runs the SDK's download into `directory`, and checks that the CLI starts. */
export function runSdkDownload(
  fileName: string,
  directory: string,
  env: NodeJS.ProcessEnv,
  abortSignal?: AbortSignal,
): Promise<void> {
  const testing = pathToFileURL(createRequire(import.meta.url).resolve('@temporalio/testing')).href;
  const child = spawn(process.execPath, ['--input-type=module', '-e', DOWNLOAD, testing, directory], {
    stdio: ['ignore', 'ignore', 'pipe'],
    windowsHide: true,
    env,
    signal: abortSignal,
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  const stopWatching = killWhenStalled(child, join(directory, fileName));
  return new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) return resolve();
      const stalled = signal === 'SIGKILL';
      reject(new Error(stalled ? `no data arrived for ${STALL_MS / 1000} s` : reasonIn(output)));
    });
  }).finally(stopWatching);
}

/** Kills the download after 30 s without data. The SDK itself would wait for minutes if packets are dropped. */
function killWhenStalled(child: ChildProcess, target: string): () => void {
  let last = { bytes: 0, at: Date.now() };
  const check = async () => {
    // The SDK downloads to `.downloading` and then renames the file.
    const bytes = (await sizeOf(`${target}.downloading`)) + (await sizeOf(target));
    if (bytes !== last.bytes) last = { bytes, at: Date.now() };
    else if (Date.now() - last.at > STALL_MS) child.kill('SIGKILL');
  };
  const timer = setInterval(() => void check(), POLL_MS);
  return () => clearInterval(timer);
}

/** Returns the last line of the SDK's error, without the repeated long URL. */
function reasonIn(output: string): string {
  return (
    lastLines(output, 1).replaceAll(/error sending request for url \([^)]*\): /g, '') || 'no error message'
  );
}

function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
