import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { type Server, createServer } from 'node:net';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { AlreadyRunning } from '../../../../src/dev/temporal/orphan-server.js';
import { PortUnavailable } from '../../../../src/dev/processes/ports.js';
import { isAlive, processInfo } from '../../../../src/dev/processes/process-table.js';
import {
  type TemporalServer,
  TemporalServerFailed,
  type TemporalServerOptions,
  startTemporalServer,
} from '../../../../src/dev/temporal/temporal-server.js';
import {
  commandsNaming,
  eventually,
  freePort,
  listen,
  script,
  temporalCli,
  temporaryFolders,
} from '../support.js';

const folder = temporaryFolders();
const cli = await temporalCli();
const describeWithCli = cli === null ? describe.skip : describe;

interface Stage {
  dataDir: string;
  port: number;
  uiPort: number;
  said: string[];
  start: (options?: Partial<TemporalServerOptions>) => Promise<TemporalServer>;
}

/** A data directory and two free ports to start servers on. */
async function stage(started: TemporalServer[] = []): Promise<Stage> {
  const dataDir = join(await realpath(await folder()), 'data');
  const [port, uiPort] = [await freePort(), await freePort()];
  const said: string[] = [];
  return {
    dataDir,
    port,
    uiPort,
    said,
    start: async (options = {}) => {
      const server = await startTemporalServer({
        binary: cli ?? '',
        dataDir,
        port,
        uiPort,
        log: (line) => said.push(line),
        ...options,
      });
      started.push(server);
      return server;
    },
  };
}

describeWithCli('the Temporal dev server', () => {
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

  test('answers when it is started, with its search attributes and Web UI, and is gone when it is stopped', async () => {
    const { start, dataDir, port, uiPort } = await stage(started);
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
    expect(await commandsNaming(dataDir)).toEqual([]);
    expect((await readdir(dataDir)).filter((name) => name.endsWith('.pid'))).toEqual([]);
  });

  test('still knows earlier jobs when it is started again', async () => {
    const { start, dataDir } = await stage(started);
    const first = await start();
    const before = await connect(first);
    await before.workflow.start('download', { taskQueue: 'nobody', workflowId: 'download/1', args: [] });
    await first.stop();

    const again = await connect(await start());
    expect(await again.workflow.getHandle('download/1').describe()).toMatchObject({ type: 'download' });
    expect(await readdir(join(dataDir, 'logs'))).toEqual([
      'temporal-server.log',
      'temporal-server.previous.log',
    ]);
  });

  test('remembers ended jobs for as long as it is told, and never for less than before', async () => {
    const { start } = await stage(started);
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

  test('is stopped when its start is given up', async () => {
    const { start, dataDir } = await stage(started);
    const givenUp = new AbortController();
    const failure = start({ signal: givenUp.signal });
    await eventually(async () => (await commandsNaming(dataDir)).length > 0);
    givenUp.abort(new Error('Ctrl-C'));
    await expect(failure).rejects.toThrow('Ctrl-C');
    expect(await commandsNaming(dataDir)).toEqual([]);
  });

  test('is found and stopped when an earlier run was killed and left it behind', async () => {
    const { start, dataDir, port, uiPort, said } = await stage(started);
    await mkdir(dataDir);
    const orphan = await leaveBehind(dataDir, port, uiPort);
    // The same directory under another name: the folder is the same, and so must be the server.
    const alias = `${dataDir}-alias`;
    await symlink(dataDir, alias);

    await start({ dataDir: alias });
    expect(said).toEqual([
      `Stopping the Temporal server (process ${orphan}) that an earlier run left behind`,
    ]);
    expect(await processInfo(orphan)).toBeNull();
    expect(await commandsNaming(`--db-filename=${dataDir}`)).toHaveLength(1);
  });

  test('is not stopped while the Longhaul that started it runs', async () => {
    const { start, dataDir, said } = await stage(started);
    const server = await start();
    const failure = start();
    await expect(failure).rejects.toBeInstanceOf(AlreadyRunning);
    await expect(failure).rejects.toThrow(`Longhaul already runs on ${dataDir} (process ${process.pid})`);
    expect(said).toEqual([]);
    await (await connect(server)).workflowService.getSystemInfo({});
  });

  test('tells when it ends by itself, and can be started again', async () => {
    const { start, dataDir } = await stage(started);
    const server = await start();
    const [pid] = (await readFile(join(dataDir, 'temporal-server.pid'), 'utf8')).split(' ');
    process.kill(Number(pid), 'SIGKILL');
    expect(await server.exited).toBe('SIGKILL');
    await connect(await start());
  });

  test('serves the namespace it is asked for, with the search attributes', async () => {
    const { dataDir, port, uiPort } = await stage();
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

describe('a Temporal dev server that cannot start', () => {
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

  async function takePort(port: number): Promise<void> {
    const server = createServer();
    others.push(server);
    await listen(server, port);
  }

  test('names the taken port and its setting', async () => {
    const { start, port, uiPort } = await stage();
    await takePort(uiPort);
    await expect(start({ binary: '/bin/false' })).rejects.toMatchObject({
      port: uiPort,
      setting: 'TEMPORAL_UI_PORT',
    });
    await takePort(port);
    const failure = start({ binary: '/bin/false' });
    await expect(failure).rejects.toBeInstanceOf(PortUnavailable);
    await expect(failure).rejects.toMatchObject({ port, setting: 'TEMPORAL_PORT' });
  });

  test('tells what it last said', async () => {
    const { start, dataDir } = await stage();
    const binary = await script(
      join(await folder(), 'temporal'),
      'echo "Error: no such schema" >&2',
      'exit 1',
    );
    const failure = start({ binary });
    await expect(failure).rejects.toBeInstanceOf(TemporalServerFailed);
    const logFile = join(dataDir, 'logs', 'temporal-server.log');
    await expect(failure).rejects.toThrow(
      `The Temporal server did not start: it ended with exit code 1.\nError: no such schema\nIts log: ${logFile}`,
    );
    expect(existsSync(join(dataDir, 'temporal-server.pid'))).toBe(false);
  });

  test('hints at the database when there is one from before', async () => {
    const { start, dataDir } = await stage();
    await mkdir(dataDir);
    await writeFile(join(dataDir, 'temporal.db'), '');
    await expect(start({ binary: '/bin/false' })).rejects.toThrow(
      `remove ${join(dataDir, 'temporal.db')} and start again`,
    );
  });

  test('is told from a server that takes long: a missing program fails at once', async () => {
    const { start } = await stage();
    await expect(start({ binary: '/nowhere/temporal' })).rejects.toThrow(
      'it ended with spawn /nowhere/temporal ENOENT',
    );
  });

  test('stops no other program whose process id the old server once had', async () => {
    const { start, dataDir } = await stage();
    const other = spawn('sleep', ['60']);
    others.push(other);
    await mkdir(dataDir);
    await writeFile(join(dataDir, 'temporal-server.pid'), `${other.pid} 1\n`);
    await expect(start({ binary: '/bin/false' })).rejects.toBeInstanceOf(TemporalServerFailed);
    expect(other.exitCode ?? other.signalCode).toBeNull();
    expect(isAlive(other.pid ?? 0)).toBe(true);
  });
});

/** Starts a server from a process that is then killed; answers the server's process id. */
async function leaveBehind(dataDir: string, port: number, uiPort: number): Promise<number> {
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
