import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { folderOf, jobPrefix } from '../../src/storage/keys.js';
import { collect, noise } from '../support/bodies.js';
import { FaultProxy, type SeenRequest } from '../support/fault-proxy.js';
import { describeWith } from '../support/require-server.js';
import { locateSeaweedFs, type S3Server, startSeaweedFs } from '../support/s3-servers.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { readWithPython } from '../support/unpack.js';
import { waitFor } from '../support/wait-for.js';

const programs = await Promise.all([locateTemporalCli(), locateSeaweedFs()]);

const MIB = 1024 * 1024;

const isPart = ({ method, query }: SeenRequest) => method === 'PUT' && query.has('partNumber');
const isArchive = ({ method, key }: SeenRequest) => method === 'PUT' && key.endsWith('/archive.zip');

describeWith(programs, 'store request that is held up', (temporalCli, weed) => {
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

  function gate() {
    let release!: () => void;
    const until = new Promise<void>((resolve) => {
      release = resolve;
    });
    return { until, release };
  }

  /** Holds the first request that stores an archive, and freezes its worker. */
  async function freezeAtArchive() {
    const { until, release } = gate();
    let held = 0;
    proxy.fault = (request) => (isArchive(request) && held++ === 0 ? { until } : undefined);
    const { jobId } = await stack.initiate({ fileIds: [70_000, 70_001], onFileError: 'skip' });
    await waitFor('the archive to be on its way', () => held > 0);
    await stack.workers[0]!.pause();
    return { jobId, release };
  }

  it('from a frozen worker never overwrites the new archive', async () => {
    const { jobId, release } = await freezeAtArchive();
    // Makes the archives of the two workers differ.
    await stack.store.delete(['downloads/70001']);
    await stack.startWorker();
    const status = await stack.waitUntilFinal(jobId, { timeoutMs: 100_000 });
    expect(status).toMatchObject({ status: 'completed', archive: { files: 1, skipped: 1 } });
    // Attempt 3 when attempt 2 went to the frozen worker, which had already polled for another build.
    expect([2, 3]).toContain(status.attempts);

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

  it('leaves nothing after its job is cancelled', async () => {
    await stack.store.write('downloads/70002', noise(40 * MIB));
    const { until, release } = gate();
    let held = false;
    proxy.fault = (request) => {
      held ||= isPart(request);
      return held ? { until } : undefined;
    };
    const { jobId } = await stack.initiate({ fileId: 70_002 });
    await waitFor('a part to be on its way', () => held);
    await stack.post(`/v1/download/cancel/${jobId}`);
    // Well before the requests time out, three times 20 s each.
    const status = await stack.waitUntilFinal(jobId, { timeoutMs: 40_000 });
    expect(status).toMatchObject({ status: 'cancelled', downloadUrl: null, error: null });
    release();
    const left = async () => [
      ...(await stack.artifacts(jobId)),
      ...(await collect(stack.store.listUploads(jobPrefix(jobId)))),
    ];
    await waitFor('the store to be empty', async () => (await left()).length === 0);
  });
});
