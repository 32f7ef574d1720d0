import { existsSync } from 'node:fs';
import { mkdir, readFile, realpath, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { SEARCH_ATTRIBUTES } from '../../contract/names.js';
import { isTimeout, messageOf } from '../errors.js';
import { clearRecord, recordServer, stopOrphanedServer } from './orphan-server.js';
import { assertPortFree } from '../processes/ports.js';
import { lastLines } from '../processes/run-command.js';
import { type ServerProcess, spawnServer } from '../processes/server-process.js';
import { ensureRetention } from './namespace-retention.js';
import { waitForTemporal } from './temporal-readiness.js';

export interface TemporalServerOptions {
  /** Path to the Temporal CLI. */
  binary: string;
  /** Holds the database, the logs and the process id. */
  dataDir: string;
  port: number;
  uiPort: number;
  namespace?: string;
  /** Keyword search attributes to register. */
  searchAttributes?: readonly string[];
  /** Minimum retention of closed workflows. */
  retentionMs?: number;
  log: (line: string) => void;
  /** Aborts the start. The server is stopped before the promise rejects with the reason. */
  signal?: AbortSignal;
}

export interface TemporalServer {
  /** `host:port` for clients and workers. */
  address: string;
  uiUrl: string;
  /** Sends SIGTERM, then SIGKILL after 5 s. Resolves when the server has ended. Idempotent. */
  stop(): Promise<void>;
  /** Resolves when the server has ended, for any reason, with `exit code 1` or `SIGKILL`. */
  exited: Promise<string>;
}

/** The server ended during its start, or did not respond in time. The message contains its last log lines. */
export class TemporalServerFailed extends Error {
  override readonly name = 'TemporalServerFailed';
  readonly code = 'TEMPORAL_SERVER_FAILED';
}

const HOST = '127.0.0.1';
const START_TIMEOUT_MS = 30_000;

/**
 * Starts a Temporal dev server on loopback with its Web UI, and resolves when it is ready. A database file keeps jobs
 * across restarts. First stops a server that a killed run left.
 * @throws PortUnavailable, AlreadyRunning, TemporalServerFailed
 */
export async function startTemporalServer(options: TemporalServerOptions): Promise<TemporalServer> {
  const { port, uiPort, log, namespace = 'default' } = options;
  await mkdir(options.dataDir, { recursive: true });
  // The real path identifies the server's process, because the next start may reach the folder through a symlink.
  const dataDir = await realpath(options.dataDir);
  const database = join(dataDir, 'temporal.db');
  await stopOrphanedServer(dataDir, database, log);
  await assertPortFree(port, 'TEMPORAL_PORT', HOST);
  await assertPortFree(uiPort, 'TEMPORAL_UI_PORT', HOST);

  const hadDatabase = existsSync(database);
  const logFile = await rotateLog(dataDir);
  const server = await spawnServer(
    options.binary,
    serverArguments(options, database),
    logFile,
    environmentForServer(),
  );
  if (server.pid !== undefined) await recordServer(dataDir, server.pid);
  const exited = server.exited.then(async (how) => {
    await clearRecord(dataDir);
    return how;
  });
  try {
    await waitUntilReady(server, options.signal, (signal) =>
      waitForTemporal({ port, uiPort }, namespace, signal),
    );
    if (options.retentionMs !== undefined)
      await ensureRetention(`${HOST}:${port}`, namespace, options.retentionMs);
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

/** Waits until the server is ready. Rejects if the server ends, the start is aborted, or 30 s pass. */
async function waitUntilReady(
  server: ServerProcess,
  abortSignal: AbortSignal | undefined,
  ready: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const ended = new AbortController();
  void server.exited.then((how) => ended.abort(new Error(`it ended with ${how}`)));
  const signals = [
    ended.signal,
    AbortSignal.timeout(START_TIMEOUT_MS),
    ...(abortSignal ? [abortSignal] : []),
  ];
  await ready(AbortSignal.any(signals));
}

/** Returns the command line of a dev server. */
export function serverArguments(
  options: Pick<TemporalServerOptions, 'port' | 'uiPort' | 'namespace' | 'searchAttributes'>,
  database: string,
): string[] {
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
    // Measured: a write-ahead log triples the activities per second.
    '--sqlite-pragma=journal_mode=WAL',
    '--sqlite-pragma=synchronous=NORMAL',
    // Measured: without fairness, a user with 50 waiting builds delays all later users.
    '--dynamic-config-value=matching.enableFairness=true',
    // Measured: the only shard reads its queue 20 times a second by default, which costs a job of five steps 100 ms.
    '--dynamic-config-value=history.transferProcessorMaxPollRPS=1000',
    // Otherwise a restart of the worker may lose a task until its timeout.
    '--dynamic-config-value=frontend.enableCancelWorkerPollsOnShutdown=true',
    ...searchAttributes.map((name) => `--search-attribute=${name}=Keyword`),
  ];
}

/** Returns the path of the server's log. Keeps the log of the previous run beside it. */
async function rotateLog(dataDir: string): Promise<string> {
  const logFile = join(dataDir, 'logs', 'temporal-server.log');
  await mkdir(join(dataDir, 'logs'), { recursive: true });
  if (existsSync(logFile)) await rename(logFile, join(dataDir, 'logs', 'temporal-server.previous.log'));
  return logFile;
}

/** Removes TEMPORAL_*, which configure clients: the CLI would read some of them as flags of the server. */
function environmentForServer(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_')));
}

async function startFailure(
  cause: unknown,
  logFile: string,
  oldDatabase: string | null,
): Promise<TemporalServerFailed> {
  const reason = isTimeout(cause)
    ? `it did not respond within ${START_TIMEOUT_MS / 1000} s`
    : messageOf(cause);
  const logLines = lastLines(await readFile(logFile, 'utf8').catch(() => ''));
  // Temporal does not guarantee that one CLI version reads the database of another.
  const hint =
    oldDatabase && !logLines.includes('address already in use')
      ? `\nIf the version of the Temporal CLI has changed, remove ${oldDatabase} and start again. This deletes earlier jobs.`
      : '';
  return new TemporalServerFailed(
    `The Temporal server did not start: ${reason}.\n${logLines}\nLog: ${logFile}${hint}`,
    {
      cause,
    },
  );
}
