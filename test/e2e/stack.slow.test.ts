import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { DownloadStatus, StartedDownload } from '../../src/contract/http/answers.js';
import { isAlive } from '../../src/dev/processes/process-table.js';
import type { Addresses } from '../../src/dev/topology/topology.js';
import { locateNginx } from '../support/nginx.js';
import { locatePrometheus } from '../support/prometheus.js';
import { describeWith } from '../support/require-server.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { TestServer } from '../support/test-server.js';
import { waitFor } from '../support/wait-for.js';

const TIMEOUT_MS = 240_000;

interface Started {
  folder: string;
  addresses: Addresses;
  pids: Record<string, number>;
}

interface Target {
  labels: { job: string };
  health: string;
}

const programs = await Promise.all([locateTemporalCli(), locateNginx(), locatePrometheus()]);

describeWith(programs, 'npm run stack', (temporalCli) => {
  let command: TestServer;
  let started: Started;

  beforeAll(async () => {
    const args = [resolve('dist/dev/run-topology.js'), '--json', '--dev-server'];
    command = new TestServer(process.execPath, args, { TEMPORAL_CLI_PATH: temporalCli }, []);
    command.start();
    const ready = () => /^\{"folder".*$/m.exec(command.log)?.[0];
    await waitFor('the stack', () => !command.isRunning || ready() !== undefined, TIMEOUT_MS);
    if (!ready()) throw new Error(`The stack did not start:\n${command.log}`);
    started = JSON.parse(ready()!) as Started;
  }, TIMEOUT_MS);

  afterAll(async () => {
    command?.signal('SIGTERM');
    await waitFor('the stack to end', () => !command?.isRunning, TIMEOUT_MS);
    await command?.kill();
  });

  async function ask(path: string): Promise<unknown> {
    const response = await fetch(`${started.addresses.prometheus}/api/v1/${path}`);
    return ((await response.json()) as { data: unknown }).data;
  }

  it('delivers an archive through nginx', async () => {
    const { baseUrl, storeHost } = started.addresses;
    const response = await fetch(`${baseUrl}/v1/download/initiate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ fileIds: ['longhaul-probe'] }),
    });
    const { statusUrl } = (await response.json()) as StartedDownload;
    let job!: DownloadStatus;
    await waitFor('the archive', async () => {
      job = (await (await fetch(statusUrl)).json()) as DownloadStatus;
      return job.status === 'completed';
    });
    expect(new URL(job.downloadUrl!).origin).toBe(storeHost);
    const archive = Buffer.from(await (await fetch(job.downloadUrl!)).arrayBuffer());
    expect(`sha256:${createHash('sha256').update(archive).digest('hex')}`).toBe(job.archive!.checksum);
    const part = await fetch(job.downloadUrl!, { headers: { range: 'bytes=0-3' } });
    expect([part.status, await part.text()]).toEqual([206, archive.toString('latin1', 0, 4)]);
  });

  it('lets nobody write through the host of links', async () => {
    const { storeHost, bucket } = started.addresses;
    const put = await fetch(`${storeHost}/${bucket}/archives/x`, { method: 'PUT', body: 'x' });
    const read = await fetch(`${storeHost}/${bucket}/downloads/longhaul-probe`);
    expect([put.status, read.status]).toEqual([403, 403]);
  });

  it('has every process in Prometheus, and a probe that succeeds', async () => {
    let up: string[] = [];
    const all = 'api api probe prometheus temporal temporal-sdk temporal-sdk worker worker';
    await waitFor(
      'all targets to be up',
      async () => {
        const { activeTargets } = (await ask('targets')) as { activeTargets: Target[] };
        up = activeTargets.filter(({ health }) => health === 'up').map(({ labels }) => labels.job);
        return up.toSorted().join(' ') === all;
      },
      TIMEOUT_MS,
    );
    const query = encodeURIComponent('longhaul_probe_success{step="archive"} == 1');
    await waitFor(
      'a success of the probe',
      async () => ((await ask(`query?query=${query}`)) as { result: unknown[] }).result.length === 1,
      TIMEOUT_MS,
    );
    expect(up).toContain('probe');
  });

  it('ends every process on SIGTERM', async () => {
    const { folder, pids } = started;
    expect(Object.keys(pids)).toHaveLength(9);
    command.signal('SIGTERM');
    await waitFor('the stack to end', () => !command.isRunning, TIMEOUT_MS);
    expect(command.exitCode).toBe(0);
    expect(Object.entries(pids).filter(([, pid]) => isAlive(pid))).toEqual([]);
    expect(existsSync(folder)).toBe(false);
  });
});
