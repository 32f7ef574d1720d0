import { existsSync } from 'node:fs';
import { mkdir, readFile, realpath, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { SEARCH_ATTRIBUTES } from '../../contract/names.js';
import { isTimeout, messageOf } from '../errors.js';
import { forgetServer, rememberServer, stopOrphanedServer } from './orphan-server.js';
import { assertPortFree } from '../processes/ports.js';
import { lastLines } from '../processes/run-command.js';
import { type ServerProcess, spawnServer } from '../processes/server-process.js';
import { keepEndedJobs } from './namespace-retention.js';
import { temporalAnswers } from './temporal-readiness.js';

export interface TemporalServerOptions {
  /** Path of the Temporal CLI. */
  binary: string;
  /** Keeps the database, the logs and the process id. */
  dataDir: string;
  port: number;
  uiPort: number;
  namespace?: string;
  /** Keyword search attributes to register. */
  searchAttributes?: readonly string[];
  /** How long the server remembers jobs that have ended. */
  retentionMs?: number;
  log: (line: string) => void;
  /** Gives the start up; what was started is stopped before the promise rejects with its reason. */
  signal?: AbortSignal;
}

export interface TemporalServer {
  /** `host:port` for clients and workers. */
  address: string;
  uiUrl: string;
  /** Ends the server, by force after 5 s; resolves when it is gone. Idempotent. */
  stop(): Promise<void>;
  /** Resolves when the server has ended, wanted or not, and tells how: `exit code 1`, `SIGKILL`. */
  exited: Promise<string>;
}

/** Thrown when the server ends while it starts or does not answer in time; carries its last log lines. */
export class TemporalServerFailed extends Error {
  override readonly name = 'TemporalServerFailed';
  readonly code = 'TEMPORAL_SERVER_FAILED';
}

const HOST = '127.0.0.1';
const START_TIMEOUT_MS = 30_000;

/**
 * Starts a Temporal dev server on loopback, with its Web UI and a database file that keeps jobs across
 * restarts, and resolves when it answers. A server that an earlier, killed run left behind is stopped first.
 * @throws PortUnavailable, AlreadyRunning, TemporalServerFailed
 */
export async function startTemporalServer(options: TemporalServerOptions): Promise<TemporalServer> {
  const { port, uiPort, log, namespace = 'default' } = options;
  await mkdir(options.dataDir, { recursive: true });
  // The real path, for it marks our server: the same folder may be given by other names the next time.
  const dataDir = await realpath(options.dataDir);
  const database = join(dataDir, 'temporal.db');
  await stopOrphanedServer(dataDir, database, log);
  await assertPortFree(port, 'TEMPORAL_PORT', HOST);
  await assertPortFree(uiPort, 'TEMPORAL_UI_PORT', HOST);

  const hadDatabase = existsSync(database);
  const logFile = await freshLogFile(dataDir);
  const server = await spawnServer(
    options.binary,
    serverArguments(options, database),
    logFile,
    plainEnvironment(),
  );
  if (server.pid !== undefined) await rememberServer(dataDir, server.pid);
  const exited = server.exited.then(async (how) => {
    await forgetServer(dataDir);
    return how;
  });
  try {
    await readyInTime(server, options.signal, (signal) =>
      temporalAnswers({ port, uiPort }, namespace, signal),
    );
    if (options.retentionMs !== undefined)
      await keepEndedJobs(`${HOST}:${port}`, namespace, options.retentionMs);
  } catch (error) {
    await server.stop();
    options.signal?.throwIfAborted();
    throw await startFailure(error, logFile, hadDatabase ? database : null);
  }
  const stop = async () => {
    await server.stop();
    await exited;
  };
  return { address: `${HOST}:${port}`, uiUrl: `http://localhost:${uiPort}`, stop, exited };
}

/** Waits until the server is ready, but neither beyond its end nor beyond the time limit. */
async function readyInTime(
  server: ServerProcess,
  givenUp: AbortSignal | undefined,
  ready: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const ended = new AbortController();
  void server.exited.then((how) => ended.abort(new Error(`it ended with ${how}`)));
  const signals = [ended.signal, AbortSignal.timeout(START_TIMEOUT_MS), ...(givenUp ? [givenUp] : [])];
  await ready(AbortSignal.any(signals));
}

function serverArguments(options: TemporalServerOptions, database: string): string[] {
  const { port, uiPort, namespace, searchAttributes = Object.values(SEARCH_ATTRIBUTES) } = options;
  return [
    'server',
    'start-dev',
    '--headless=false',
    '--log-level=warn',
    `--ip=${HOST}`,
    `--port=${port}`,
    `--ui-port=${uiPort}`,
    ...(namespace === undefined ? [] : [`--namespace=${namespace}`]),
    `--db-filename=${database}`,
    // Measured: with a write-ahead log the server runs three times as many activities per second.
    '--sqlite-pragma=journal_mode=WAL',
    '--sqlite-pragma=synchronous=NORMAL',
    // Measured: without it a user with fifty waiting builds goes before everybody who comes later.
    '--dynamic-config-value=matching.enableFairness=true',
    ...searchAttributes.map((name) => `--search-attribute=${name}=Keyword`),
  ];
}

/** The server's log, with the previous run's kept beside it. */
async function freshLogFile(dataDir: string): Promise<string> {
  const logFile = join(dataDir, 'logs', 'temporal-server.log');
  await mkdir(join(dataDir, 'logs'), { recursive: true });
  if (existsSync(logFile)) await rename(logFile, join(dataDir, 'logs', 'temporal-server.previous.log'));
  return logFile;
}

/** Without TEMPORAL_*, which configure clients: the CLI would take some of them for flags of the server. */
function plainEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_')));
}

async function startFailure(
  cause: unknown,
  logFile: string,
  oldDatabase: string | null,
): Promise<TemporalServerFailed> {
  const what = isTimeout(cause) ? `it did not answer within ${START_TIMEOUT_MS / 1000} s` : messageOf(cause);
  const said = lastLines(await readFile(logFile, 'utf8').catch(() => ''));
  // Temporal does not promise that one version of its CLI reads the database of another.
  const hint =
    oldDatabase && !said.includes('address already in use')
      ? `\nIf the Temporal CLI is another version than last time, remove ${oldDatabase} and start again; earlier jobs are lost then.`
      : '';
  return new TemporalServerFailed(
    `The Temporal server did not start: ${what}.\n${said}\nIts log: ${logFile}${hint}`,
    {
      cause,
    },
  );
}
