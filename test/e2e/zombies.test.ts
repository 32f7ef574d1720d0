import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { folderOf } from '../../src/storage/keys.js';
import { FaultProxy, type SeenRequest } from '../support/fault-proxy.js';
import { describeWith } from '../support/require-server.js';
import { locateSeaweedFs, type S3Server, startSeaweedFs } from '../support/s3-servers.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { readWithPython } from '../support/unpack.js';
import { waitFor } from '../support/wait-for.js';

const programs = await Promise.all([locateTemporalCli(), locateSeaweedFs()]);

const isArchive = ({ method, key }: SeenRequest) => method === 'PUT' && key.endsWith('/archive.zip');

describeWith(programs, 'a worker that was taken for dead', (temporalCli, weed) => {
  let s3: S3Server;
  let proxy: FaultProxy;
  let stack: Stack;
  beforeAll(async () => {
    s3 = await startSeaweedFs(weed);
    proxy = await FaultProxy.start(s3.endpoint);
  });
  afterAll(async () => {
    await proxy?.stop();
    await s3?.stop();
  });
  beforeEach(async () => {
    const env = { S3_ENDPOINT: proxy.url, HEARTBEAT_TIMEOUT_MS: '5000' };
    stack = await Stack.start({ temporalCli, s3, env });
    for (const id of [70_000, 70_001]) await stack.store.write(`downloads/${id}`, Buffer.from(`file ${id}`));
  });
  afterEach(async () => {
    proxy.reset();
    await stack?.stop();
  });

  /** Holds the first request that stores an archive on its way, and its worker still. */
  async function freezeAtArchive() {
    let release!: () => void;
    const until = new Promise<void>((resolve) => {
      release = resolve;
    });
    let held = 0;
    proxy.fault = (request) => (isArchive(request) && held++ === 0 ? { until } : undefined);
    const { jobId } = await stack.initiate({ fileIds: [70_000, 70_001], onFileError: 'skip' });
    await waitFor('the archive to be on its way', () => held > 0);
    await stack.workers[0]!.pause();
    return { jobId, release };
  }

  it('does not overwrite the archive of the one that took over', async () => {
    const { jobId, release } = await freezeAtArchive();
    // So that the archives of the two differ.
    await stack.store.delete(['downloads/70001']);
    await stack.startWorker();
    const status = await stack.untilFinal(jobId);
    expect(status).toMatchObject({ status: 'completed', attempts: 2, archive: { files: 1, skipped: 1 } });

    const folders = () => stack.artifacts(jobId).then((keys) => new Set(keys.map(folderOf)).size);
    expect(await folders()).toBe(1);
    release();
    await waitFor('the late archive to be stored', async () => (await folders()) === 2);
    stack.workers[0]!.resume();

    const bytes = Buffer.from(await (await stack.archive(jobId)).arrayBuffer());
    expect(`sha256:${createHash('sha256').update(bytes).digest('hex')}`).toBe(status.archive?.checksum);
    expect(bytes.length).toBe(status.archive?.size);
    expect((await readWithPython(bytes, 'zip')).map(({ name }) => name)).toEqual(['70000', '_manifest.json']);
    expect((await stack.files(jobId)).files.map(({ state }) => state)).toEqual(['included', 'skipped']);
  });
});
