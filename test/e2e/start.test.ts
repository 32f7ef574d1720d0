import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { DownloadStatus } from '../../src/contract/http/answers.js';
import { freePorts } from '../support/free-ports.js';
import { describeWith } from '../support/require-server.js';
import { TestServer } from '../support/test-server.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { readWithPython, run } from '../support/unpack.js';
import { waitFor } from '../support/wait-for.js';

describeWith(await locateTemporalCli(), 'npm start', (temporalCli) => {
  let dataDir: string;
  let env: Record<string, string>;
  let started: TestServer;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'longhaul-start-'));
    const [port, temporalPort, uiPort] = await freePorts(3);
    env = {
      DATA_DIR: dataDir,
      PORT: String(port),
      TEMPORAL_PORT: String(temporalPort),
      TEMPORAL_UI_PORT: String(uiPort),
      TEMPORAL_CLI_PATH: temporalCli,
    };
  });
  afterEach(async () => {
    await stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  async function start(): Promise<void> {
    started = new TestServer(process.execPath, [resolve('dist/dev/start.js')], env, [dataDir]);
    started.start();
    await waitFor('everything to be ready', () => {
      if (!started.isRunning) throw new Error(started.log);
      return started.log.includes('Ctrl-C stops everything');
    });
  }

  async function stop(): Promise<void> {
    started?.signal('SIGINT');
    await waitFor('everything to stop', () => !started?.isRunning, 10_000);
    await waitFor('no process to be left', async () => (await processesOf(dataDir)).length === 0, 10_000);
    await started?.kill();
  }

  const archiveLink = () => /Archive +(\S+)/.exec(started.log)![1]!;

  it('starts, downloads samples and leaves no process', async () => {
    await start();
    expect(started.log).toContain(`${temporalCli} (TEMPORAL_CLI_PATH)`);
    const response = await fetch(archiveLink());
    const entries = await readWithPython(Buffer.from(await response.arrayBuffer()), 'zip');
    expect(entries).toHaveLength(3);
    const ui = /Web UI +(\S+)/.exec(started.log)![1]!;
    expect((await fetch(ui)).status).toBe(200);
    await stop();
  });

  it('delivers all twelve samples', async () => {
    await start();
    const base = `http://127.0.0.1:${env['PORT']}`;
    const fileIds = Array.from({ length: 12 }, (_, i) => 70_000 + i);
    const response = await fetch(`${base}/v1/download/initiate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ fileIds }),
    });
    const { jobId } = (await response.json()) as { jobId: string };
    const status = async () =>
      (await (await fetch(`${base}/v1/download/status/${jobId}`)).json()) as DownloadStatus;
    await waitFor('the archive', async () => (await status()).status === 'completed');
    const archive = await fetch(`${base}/v1/download/${jobId}`);
    const entries = await readWithPython(Buffer.from(await archive.arrayBuffer()), 'zip');
    expect(new Set(entries.map((entry) => entry.name)).size).toBe(12);
  });

  it('keeps earlier jobs after it was killed', async () => {
    await start();
    const link = archiveLink();
    await started.kill();
    await waitFor('the services to notice', async () => !(await answers(env['PORT']!)), 10_000);
    await start();
    expect((await fetch(link)).status).toBe(200);
  });

  it('stops with npm though the shell swallows the signal', async () => {
    const command = `"$1" "$2"; true`;
    const args = ['-c', command, 'npm', process.execPath, resolve('dist/dev/start.js')];
    started = new TestServer('sh', args, { ...env, npm_lifecycle_event: 'start' }, [dataDir]);
    started.start();
    await waitFor('everything to be ready', () => started.log.includes('Ctrl-C stops everything'));
    started.signal('SIGTERM');
    await waitFor('the API to be gone', async () => !(await answers(env['PORT']!)), 10_000);
    await waitFor('Temporal to be gone', async () => (await processesOf(dataDir)).length === 0, 10_000);
    expect(started.log).toContain('Stopping');
  });

  it.each(['PORT', 'TEMPORAL_PORT', 'TEMPORAL_UI_PORT'])(
    'reports that %s is taken and how to change it',
    async (setting) => {
      const taken = createServer();
      await new Promise<void>((done) => taken.listen(Number(env[setting]), '127.0.0.1', done));
      try {
        started = new TestServer(process.execPath, [resolve('dist/dev/start.js')], env, []);
        started.start();
        await waitFor('it to give up', () => !started.isRunning);
        expect(started.log).toContain(env[setting]);
        expect(started.log).toContain(`set ${setting} to another port`);
      } finally {
        await new Promise((done) => taken.close(done));
      }
    },
  );
});

async function answers(port: string): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/livez`).then(
    () => true,
    () => false,
  );
}

/** Processes that name the folder in their command line or environment, except the test's own watchdog. */
async function processesOf(dataDir: string): Promise<string[]> {
  const listing = await run('ps', ['-eww', '-o', 'pid=,command=']);
  return listing.split('\n').filter((line) => line.includes(dataDir) && !line.includes('watchdog'));
}
