import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { outcomesKey } from '../../src/storage/keys.js';
import { noise } from '../support/bodies.js';
import { CommandLine } from '../support/command-line.js';
import { describeWith } from '../support/require-server.js';
import { locateSeaweedFs, type S3Server, startSeaweedFs } from '../support/s3-servers.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { readWithPython } from '../support/unpack.js';
import { waitFor } from '../support/wait-for.js';

const MIB = 1024 * 1024;
const LARGE = 300 * MIB;
const FILES = 6;
const BUILD_MS = 180_000;

const programs = await Promise.all([locateTemporalCli(), locateSeaweedFs()]);

describeWith(programs, 'archives from segments', (temporalCli, seaweedFs) => {
  let server: S3Server;
  let stack: Stack;
  beforeAll(async () => {
    server = await startSeaweedFs(seaweedFs);
    const env = { ZIP_ENGINE: 'segments', HEARTBEAT_TIMEOUT_MS: '5000', SHUTDOWN_GRACE_MS: '0' };
    stack = await Stack.start({ temporalCli, s3: server, env });
    const bytes = noise(LARGE / FILES);
    for (let i = 0; i < 2 * FILES; i++) await stack.store.write(`downloads/${70_000 + i}`, bytes);
  });
  afterAll(async () => {
    await stack?.stop();
    await server?.stop();
  });

  const body = {
    fileIds: Array.from({ length: 2 * FILES }, (_, i) => 70_000 + i),
    archive: { compression: 'store' },
  };

  /** Expects an archive that the command line verifies and other programs read. */
  async function expectArchive(jobId: string): Promise<void> {
    const cli = await CommandLine.create(stack.baseUrl);
    try {
      const { code, stderr } = await cli.run(['fetch', jobId, '-o', 'all.zip']);
      expect(stderr).toContain('checksum ok');
      expect(code).toBe(0);
      const entries = await readWithPython(await readFile(join(cli.folder, 'all.zip')), 'zip');
      expect(entries).toHaveLength(2 * FILES);
    } finally {
      await cli.remove();
    }
    const keys = await stack.artifacts(jobId);
    const archive = keys.find((key) => key.endsWith('/archive.zip'))!;
    expect(keys.toSorted()).toEqual([archive, outcomesKey(archive)].toSorted());
  }

  it('completes after its worker was killed', async () => {
    const { jobId } = await stack.initiate(body);
    const seen = [await stack.until(jobId, ({ bytesProcessed }) => bytesProcessed > 100 * MIB)];
    await stack.workers[0]!.kill();
    await stack.startWorker();
    const status = await stack.waitUntilFinal(jobId, { timeoutMs: BUILD_MS, seen });
    expect(status).toMatchObject({ status: 'completed', error: null });
    expect(status.archive?.checksum).toMatch(/^crc32:/);
    const bytes = seen.map(({ bytesProcessed }) => bytesProcessed);
    expect(bytes).toEqual(bytes.toSorted((a, b) => a - b));
    await expectArchive(jobId);
  });

  it('leaves nothing of a job that is cancelled midway', async () => {
    const { jobId } = await stack.initiate(body);
    await stack.until(jobId, ({ bytesProcessed }) => bytesProcessed > 0);
    await stack.post(`/v1/download/cancel/${jobId}`);
    expect((await stack.waitUntilFinal(jobId)).status).toBe('cancelled');
    // The news come first, then the clean-up.
    await waitFor('the store to be empty', async () => (await stack.artifacts(jobId)).length === 0);
  });

  it('hands segments over when the worker stops', async () => {
    const { jobId } = await stack.initiate(body);
    await stack.until(jobId, ({ bytesProcessed }) => bytesProcessed > 0);
    stack.workers.at(-1)!.signal('SIGTERM');
    await stack.startWorker();
    const status = await stack.waitUntilFinal(jobId, { timeoutMs: BUILD_MS });
    expect(status).toMatchObject({ status: 'completed', attempts: 1 });
    await expectArchive(jobId);
  });
});
