import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { type Server, createServer } from 'node:net';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { AlreadyRunning } from '../../../src/dev/temporal/orphan-server.js';
import { PortUnavailable } from '../../../src/dev/processes/ports.js';
import { isAlive, processInfo } from '../../../src/dev/processes/process-table.js';
import {
  type TemporalServer,
  TemporalServerFailed,
  type TemporalServerOptions,
  startTemporalServer,
} from '../../../src/dev/temporal/temporal-server.js';
import {
  commandsContaining,
  eventually,
  freePort,
  listen,
  script,
  temporalCli,
  temporaryFolders,
} from '../../support/dev.js';

const folder = temporaryFolders();
const cli = await temporalCli();
const describeWithCli = cli === null ? describe.skip : describe;

interface Setup {
  dataDir: string;
  port: number;
  uiPort: number;
  logged: string[];
  start: (options?: Partial<TemporalServerOptions>) => Promise<TemporalServer>;
}

/** Creates a data directory, and picks two free ports. */
async function setup(started: TemporalServer[] = []): Promise<Setup> {
  const dataDir = join(await realpath(await folder()), 'data');
  const [port, uiPort] = [await freePort(), await freePort()];
  const logged: string[] = [];
  return {
    dataDir,
    port,
    uiPort,
    logged,
    start: async (options = {}) => {
      const server = await startTemporalServer({
        binary: cli ?? '',
        dataDir,
        port,
        uiPort,
        log: (line) => logged.push(line),
        ...options,
      });
      started.push(server);
      return server;
    },
  };
}

describeWithCli('startTemporalServer', () => {
  const started: TemporalServer[] = [];
  let connection: Connection | undefined;

  afterEach(async () => {
    await connection?.close();
    connection = undefined;
    await Promise.all(started.splice(0).map((server) => server.stop()));
  });

  async function connect({ address }: TemporalServer): Promise<Client> {
    await connection?.close();
    connection = await Connection.connect({ address });
    return new Client({ connection });
  }

  test('starts with search attributes and Web UI, and stops', async () => {
    const { start, dataDir, port, uiPort } = await setup(started);
    const server = await start();
    expect(server).toMatchObject({ address: `127.0.0.1:${port}`, uiUrl: `http://localhost:${uiPort}` });

    const { connection: service } = await connect(server);
    const { customAttributes } = await service.operatorService.listSearchAttributes({ namespace: 'default' });
    expect(Object.keys(customAttributes ?? {})).toEqual(
      expect.arrayContaining(['LonghaulUser', 'LonghaulStatus']),
    );
    const page = await fetch(server.uiUrl);
    expect(await page.text()).toContain('<!doctype html>');
    expect(await readdir(join(dataDir, 'logs'))).toEqual(['temporal-server.log']);

    await Promise.all([server.stop(), server.stop()]);
    expect(await server.exited).toBe('exit code 0');
    expect(await commandsContaining(dataDir)).toEqual([]);
    expect((await readdir(dataDir)).filter((name) => name.endsWith('.pid'))).toEqual([]);
  });

  test('keeps jobs across restarts', async () => {
    const { start, dataDir } = await setup(started);
    const first = await start();
    const before = await connect(first);
    await before.workflow.start('download', { taskQueue: 'unused', workflowId: 'download/1', args: [] });
    await first.stop();

    const again = await connect(await start());
    expect(await again.workflow.getHandle('download/1').describe()).toMatchObject({ type: 'download' });
    expect(await readdir(join(dataDir, 'logs'))).toEqual([
      'temporal-server.log',
      'temporal-server.previous.log',
    ]);
  });

  test('raises the retention but never lowers it', async () => {
    const { start } = await setup(started);
    const hours = (count: number) => count * 3_600_000;
    const retention = async (server: TemporalServer) => {
      const { connection: service } = await connect(server);
      const { config } = await service.workflowService.describeNamespace({ namespace: 'default' });
      return Number(config?.workflowExecutionRetentionTtl?.seconds) / 3_600;
    };
    const first = await start({ retentionMs: hours(72) });
    expect(await retention(first)).toBe(72);
    await first.stop();
    expect(await retention(await start({ retentionMs: hours(48) }))).toBe(72);
  });

  test('stops the server when the start is aborted', async () => {
    const { start, dataDir } = await setup(started);
    const controller = new AbortController();
    const failure = start({ signal: controller.signal });
    await eventually(async () => (await commandsContaining(dataDir)).length > 0);
    controller.abort(new Error('Ctrl-C'));
    await expect(failure).rejects.toThrow('Ctrl-C');
    expect(await commandsContaining(dataDir)).toEqual([]);
  });

  test('stops the server of a killed run', async () => {
    const { start, dataDir, port, uiPort, logged } = await setup(started);
    await mkdir(dataDir);
    const orphan = await createOrphan(dataDir, port, uiPort);
    // A symlink to the same directory must lead to the same server.
    const alias = `${dataDir}-alias`;
    await symlink(dataDir, alias);

    await start({ dataDir: alias });
    expect(logged).toEqual([`Stopping the Temporal server (process ${orphan}) left by an earlier run`]);
    expect(await processInfo(orphan)).toBeNull();
    expect(await commandsContaining(`--db-filename=${dataDir}`)).toHaveLength(1);
  });

  test('refuses a directory that is in use', async () => {
    const { start, dataDir, logged } = await setup(started);
    const server = await start();
    const failure = start();
    await expect(failure).rejects.toBeInstanceOf(AlreadyRunning);
    await expect(failure).rejects.toThrow(
      `Longhaul is already running on ${dataDir} (process ${process.pid})`,
    );
    expect(logged).toEqual([]);
    await (await connect(server)).workflowService.getSystemInfo({});
  });

  test('reports a crash, and can start again', async () => {
    const { start, dataDir } = await setup(started);
    const server = await start();
    const [pid] = (await readFile(join(dataDir, 'temporal-server.pid'), 'utf8')).split(' ');
    process.kill(Number(pid), 'SIGKILL');
    expect(await server.exited).toBe('SIGKILL');
    await connect(await start());
  });

  test('serves the given namespace with search attributes', async () => {
    const { dataDir, port, uiPort } = await setup();
    const options = {
      binary: cli ?? '',
      dataDir,
      port,
      uiPort,
      namespace: 'downloads',
      log: () => undefined,
    };
    const server = await startTemporalServer(options);
    started.push(server);
    const client = await connect(server);
    const { customAttributes } = await client.connection.operatorService.listSearchAttributes({
      namespace: 'downloads',
    });
    expect(Object.keys(customAttributes ?? {})).toEqual(
      expect.arrayContaining(['LonghaulUser', 'LonghaulStatus']),
    );
  });
});

describe('startTemporalServer on failure', () => {
  let others: (ChildProcess | Server)[];
  beforeEach(() => {
    others = [];
  });

  afterEach(() => {
    for (const other of others) {
      if ('kill' in other) other.kill();
      else other.close();
    }
  });

  async function occupyPort(port: number): Promise<void> {
    const server = createServer();
    others.push(server);
    await listen(server, port);
  }

  test('names the used port and its setting', async () => {
    const { start, port, uiPort } = await setup();
    await occupyPort(uiPort);
    await expect(start({ binary: '/bin/false' })).rejects.toMatchObject({
      port: uiPort,
      setting: 'TEMPORAL_UI_PORT',
    });
    await occupyPort(port);
    const failure = start({ binary: '/bin/false' });
    await expect(failure).rejects.toBeInstanceOf(PortUnavailable);
    await expect(failure).rejects.toMatchObject({ port, setting: 'TEMPORAL_PORT' });
  });

  test('includes the last log lines', async () => {
    const { start, dataDir } = await setup();
    const binary = await script(
      join(await folder(), 'temporal'),
      'echo "Error: no such schema" >&2',
      'exit 1',
    );
    const failure = start({ binary });
    await expect(failure).rejects.toBeInstanceOf(TemporalServerFailed);
    const logFile = join(dataDir, 'logs', 'temporal-server.log');
    await expect(failure).rejects.toThrow(
      `The Temporal server did not start: it ended with exit code 1.\nError: no such schema\nLog: ${logFile}`,
    );
    expect(existsSync(join(dataDir, 'temporal-server.pid'))).toBe(false);
  });

  test('suggests removing an existing database', async () => {
    const { start, dataDir } = await setup();
    await mkdir(dataDir);
    await writeFile(join(dataDir, 'temporal.db'), '');
    await expect(start({ binary: '/bin/false' })).rejects.toThrow(
      `remove ${join(dataDir, 'temporal.db')} and start again`,
    );
  });

  test('fails at once if the program is missing', async () => {
    const { start } = await setup();
    await expect(start({ binary: '/nowhere/temporal' })).rejects.toThrow(
      'it ended with spawn /nowhere/temporal ENOENT',
    );
  });

  test('spares a program that reuses the process id', async () => {
    const { start, dataDir } = await setup();
    const other = spawn('sleep', ['60']);
    others.push(other);
    await mkdir(dataDir);
    await writeFile(join(dataDir, 'temporal-server.pid'), `${other.pid} 1\n`);
    await expect(start({ binary: '/bin/false' })).rejects.toBeInstanceOf(TemporalServerFailed);
    expect(other.exitCode ?? other.signalCode).toBeNull();
    expect(isAlive(other.pid ?? 0)).toBe(true);
  });
});

/** Starts a server from a process, kills that process, and returns the server's process id. */
async function createOrphan(dataDir: string, port: number, uiPort: number): Promise<number> {
  const args = ['server', 'start-dev', `--port=${port}`, `--ui-port=${uiPort}`, '--ip=127.0.0.1'];
  const owner = spawn(process.execPath, [
    '-e',
    `const { spawn } = require('node:child_process');
     const [, binary, ...args] = process.argv;
     const child = spawn(binary, args, { detached: true, stdio: 'ignore' });
     console.log(child.pid);
     setInterval(() => {}, 1000);`,
    cli ?? '',
    ...args,
    `--db-filename=${join(dataDir, 'temporal.db')}`,
  ]);
  const [output] = await once(owner.stdout, 'data');
  const pid = Number(String(output));
  await writeFile(join(dataDir, 'temporal-server.pid'), `${pid} ${owner.pid}\n`);
  const ended = once(owner, 'exit');
  owner.kill('SIGKILL');
  await ended;
  expect(isAlive(pid)).toBe(true);
  return pid;
}
