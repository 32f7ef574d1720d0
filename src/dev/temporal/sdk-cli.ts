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

// The SDK can download the CLI only as a part of starting a server with it. So a process of its own starts one, in
// memory, without a UI, on a free loopback port, and stops it at once. In this process it would also install the
// SDK's runtime with default options, after which the worker could not choose its own.
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

/** Version of the testing package of the Temporal SDK; null when it is not installed, as in production images. */
export function sdkTestingVersion(): string | null {
  try {
    const manifest: { version: string } = createRequire(import.meta.url)('@temporalio/testing/package.json');
    return manifest.version;
  } catch {
    return null;
  }
}

/**
 * The name under which the SDK's core (`ephemeral_server` in temporal-sdk-core) keeps the CLI that it
 * downloaded: `temporal-sdk-typescript-<version of the SDK>`, by default in the system's temporary directory.
 */
export function sdkCliFileName(sdkVersion: string): string {
  return executableName(`temporal-sdk-typescript-${sdkVersion}`);
}

/**
 * Lets the SDK download the CLI, keeps it in `toolsDir` and answers its path. Fails at once without a network,
 * and after 30 s in which no byte arrives.
 */
export function downloadSdkCli(
  sdkVersion: string,
  toolsDir: string,
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<string> {
  const fileName = sdkCliFileName(sdkVersion);
  return inPartialDirectory(toolsDir, async (partial) => {
    await letSdkFetch(fileName, partial, env, signal);
    await rename(join(partial, fileName), join(toolsDir, fileName));
    return join(toolsDir, fileName);
  });
}

/** Makes the SDK see to it that the CLI is in `directory` and runs. */
export function letSdkFetch(
  fileName: string,
  directory: string,
  env: NodeJS.ProcessEnv,
  givenUp?: AbortSignal,
): Promise<void> {
  const testing = pathToFileURL(createRequire(import.meta.url).resolve('@temporalio/testing')).href;
  const child = spawn(process.execPath, ['--input-type=module', '-e', DOWNLOAD, testing, directory], {
    stdio: ['ignore', 'ignore', 'pipe'],
    windowsHide: true,
    env,
    signal: givenUp,
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
  const unwatch = killWhenStalled(child, join(directory, fileName));
  return new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) return resolve();
      const stalled = signal === 'SIGKILL';
      reject(new Error(stalled ? `no data arrived for ${STALL_MS / 1000} s` : reasonIn(said)));
    });
  }).finally(unwatch);
}

/** A network that drops packets silently lets the SDK wait for minutes; a slow one must have its time. */
function killWhenStalled(child: ChildProcess, target: string): () => void {
  let last = { bytes: 0, at: Date.now() };
  const check = async () => {
    // The SDK writes under the first name and then renames.
    const bytes = (await sizeOf(`${target}.downloading`)) + (await sizeOf(target));
    if (bytes !== last.bytes) last = { bytes, at: Date.now() };
    else if (Date.now() - last.at > STALL_MS) child.kill('SIGKILL');
  };
  const timer = setInterval(() => void check(), POLL_MS);
  return () => clearInterval(timer);
}

/** The SDK's chain of messages with its long address, which stands there twice, taken out. */
function reasonIn(said: string): string {
  return lastLines(said, 1).replaceAll(/error sending request for url \([^)]*\): /g, '') || 'it said nothing';
}

function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
