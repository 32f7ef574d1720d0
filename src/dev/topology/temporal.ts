import { Connection } from '@temporalio/client';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../processes/run-command.js';
import { serverArguments } from '../temporal/temporal-server.js';
import { Part } from './part.js';
import type { DevPrograms, Programs } from './programs.js';

const DYNAMIC_CONFIG = fileURLToPath(
  new URL('../../../deploy/temporal/dynamic-config.yaml', import.meta.url),
);
const TIMEOUT_MS = 120_000;
const RETENTION_SECONDS = 7 * 24 * 3_600;

/** Ports of the four services of a Temporal server. */
const PORTS = ['FRONTEND', 'HISTORY', 'MATCHING', 'WORKER'].flatMap((service) => [
  `${service}_GRPC_PORT`,
  `${service}_MEMBERSHIP_PORT`,
]);
export const TEMPORAL_PORTS = PORTS.length + 1;

/** Creates or migrates the two databases, as deploy/temporal/schema.sh does. */
export async function prepareSchema({ temporalSqlTool }: Programs, databasePort: number): Promise<void> {
  const common = ['--plugin', 'postgres12', '--endpoint', '127.0.0.1', '--port', String(databasePort)];
  const login = ['--user', 'temporal', '--password', 'unused'];
  const tool = (database: string, ...args: string[]) =>
    runCommand(temporalSqlTool, [...common, ...login, '--database', database, ...args], {
      env: process.env,
      timeoutMs: TIMEOUT_MS,
    });
  for (const [database, schema] of [
    ['temporal', 'temporal'],
    ['temporal_visibility', 'visibility'],
  ] as const) {
    await tool(database, 'create-database');
    await tool(database, 'setup-schema', '--version', '0.0');
    await tool(database, 'update-schema', '--schema-name', `postgresql/v12/${schema}`);
  }
}

export function temporalServer(
  { temporalServer: program }: Programs,
  folder: string,
  databasePort: number,
  metricsPort: number,
  ports: readonly number[],
): Part {
  const env = {
    DB: 'postgres12',
    DB_PORT: String(databasePort),
    POSTGRES_SEEDS: '127.0.0.1',
    POSTGRES_USER: 'temporal',
    POSTGRES_PWD: 'unused',
    NUM_HISTORY_SHARDS: '64',
    BIND_ON_IP: '127.0.0.1',
    DYNAMIC_CONFIG_FILE_PATH: DYNAMIC_CONFIG,
    PROMETHEUS_ENDPOINT: `127.0.0.1:${metricsPort}`,
    LOG_LEVEL: 'warn',
    FRONTEND_HTTP_PORT: String(ports.at(-1)),
    ...Object.fromEntries(PORTS.map((name, i) => [name, String(ports[i])])),
  };
  const ready = () => serves(ports[0]!);
  return new Part({ name: 'temporal', program, args: ['--allow-no-auth', 'start'], env, ready }, folder);
}

/** Returns Temporal's dev server over a file, which needs no database server and comes with a namespace. */
export function devServer(
  { temporalCli: program }: DevPrograms,
  folder: string,
  metricsPort: number,
  ports: readonly number[],
): Part {
  const [port, uiPort] = ports as [number, number];
  const args = [
    ...serverArguments({ port, uiPort }, join(folder, 'temporal.db')),
    `--metrics-port=${metricsPort}`,
  ];
  return new Part({ name: 'temporal', program, args, ready: () => serves(port) }, folder);
}

async function serves(port: number): Promise<boolean> {
  const connection = await Connection.connect({ address: `127.0.0.1:${port}`, connectTimeout: '1s' });
  await connection.healthService.check({}).finally(() => connection.close());
  return true;
}

/** Creates the namespace, and waits until the server knows it. */
export async function createNamespace(address: string, signal: AbortSignal): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    const { workflowService } = connection;
    await untilDone(
      () =>
        workflowService.registerNamespace({
          namespace: 'default',
          workflowExecutionRetentionPeriod: { seconds: RETENTION_SECONDS } as never,
        }),
      signal,
    );
    await untilDone(() => workflowService.describeNamespace({ namespace: 'default' }), signal);
  } finally {
    await connection.close();
  }
}

/** Repeats a call until it succeeds or says that there is nothing to do. */
async function untilDone(call: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  const ALREADY_EXISTS = 6;
  for (;;) {
    try {
      await call();
      return;
    } catch (error) {
      if ((error as { code?: unknown }).code === ALREADY_EXISTS) return;
      signal.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}
