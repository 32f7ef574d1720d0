import { createHash } from 'node:crypto';
import { getEventListeners } from 'node:events';
import { ListMultipartUploadsCommand, ListPartsCommand, S3Client } from '@aws-sdk/client-s3';
import { CancelledFailure } from '@temporalio/activity';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { jobPrefix, outcomesKey } from '../../src/storage/keys.js';
import { S3ObjectStore } from '../../src/storage/s3/s3-object-store.js';
import { noise } from '../support/bodies.js';
import { describeWith } from '../support/require-server.js';
import { locateSeaweedFs, type S3Server, startSeaweedFs } from '../support/s3-servers.js';
import { readWithPython } from '../support/unpack.js';
import { waitFor } from '../support/wait-for.js';
import {
  aBuild,
  ActivityBench,
  Attempt,
  changed,
  failureOf,
  hangingAfter,
  run,
  type StoredFile,
} from '../unit/activities/support.js';

const MIB = 1024 * 1024;
const SMALL_FILES = 200;
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describeWith(await locateSeaweedFs(), 'buildArchive in S3', (program) => {
  // The large files are first and last, with all files that are read ahead between them. Each is larger than a part.
  const contents = [
    noise(12 * MIB),
    ...Array.from({ length: SMALL_FILES }, (_, i) => Buffer.from(`file ${i} `.repeat(i))),
    noise(12 * MIB),
  ];
  const last = contents.length - 1;
  let server: S3Server;
  let client: S3Client;
  let store: S3ObjectStore;
  let bench: ActivityBench;
  let files: StoredFile[];

  beforeAll(async () => {
    server = await startSeaweedFs(program);
    const { endpoint, region, bucket, accessKeyId, secretAccessKey } = server;
    const options = { endpoint, region, bucket, forcePathStyle: true };
    store = new S3ObjectStore({ ...options, credentials: { accessKeyId, secretAccessKey } });
    client = new S3Client({ ...options, credentials: { accessKeyId, secretAccessKey } });
    const setUp = new ActivityBench(store);
    files = await Promise.all(contents.map((bytes, i) => setUp.put(i, bytes)));
  });
  afterAll(async () => {
    store.close();
    client.destroy();
    await server.stop();
  });

  beforeEach(() => {
    bench = new ActivityBench(store);
  });
  afterEach(() => bench.stop());

  async function uploads(): Promise<string[]> {
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: server.bucket }));
    return Uploads.map(({ Key }) => Key!);
  }

  /** Replaces the file with another version when the first part of the archive is stored. */
  const replaceMidway = (file: StoredFile) => async () => {
    await waitFor('a part to be stored', async () => {
      const target = { Bucket: server.bucket };
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand(target));
      const { Key, UploadId } = Uploads[0]!;
      const { Parts = [] } = await client.send(new ListPartsCommand({ ...target, Key, UploadId }));
      return Parts.length > 0;
    });
    await bench.replace(file);
  };

  async function expectNothingOf(jobId: string): Promise<void> {
    expect(await bench.keysOf(jobPrefix(jobId))).toEqual([]);
    expect(await uploads()).toEqual([]);
  }

  it('archives small and large files in request order', async () => {
    const listening: number[] = [];
    const counting = changed(bench.store, {
      read: (key, options) => {
        listening.push(getEventListeners(options!.signal!, 'abort').length);
        return bench.store.read(key, options);
      },
    });
    const input = aBuild(files);
    const built = await run(bench.activities({ store: counting }).buildArchive, input);
    const archive = await bench.archiveOf(input);
    expect(built).toMatchObject({
      size: archive.length,
      checksum: `sha256:${sha256(archive)}`,
      files: SMALL_FILES + 2,
      skipped: 0,
    });
    const entries = await readWithPython(archive, 'zip');
    expect(entries.map(({ name, sha256: sum }) => [name, sum])).toEqual(
      contents.map((bytes, i) => [`file-${i}.txt`, sha256(bytes)]),
    );
    expect(await bench.keysOf(jobPrefix(input.jobId))).toEqual([built.key, outcomesKey(built.key)]);
    expect(await uploads()).toEqual([]);
    // Listeners of finished files are removed, so their number does not grow with the number of files.
    expect(Math.max(...listening)).toBeLessThan(60);
  });

  it('fails permanently when a file changes during the read', async () => {
    const lost = await bench.put(last + 1, noise(12 * MIB));
    const breaking = bench.breakingAt(9 * MIB, lost, replaceMidway(lost));
    const input = aBuild([...files, lost]);
    const failure = await failureOf(run(bench.activities({ store: breaking }).buildArchive, input));
    expect(failure).toMatchObject({
      type: 'FILE_CHANGED',
      message: expect.stringContaining(`File ${lost.fileId} (“${lost.name}”) changed`),
      nonRetryable: true,
    });
    for (const secret of [server.bucket, server.endpoint, server.accessKeyId, lost.source.key]) {
      expect(JSON.stringify(failure)).not.toContain(secret);
    }
    await expectNothingOf(input.jobId);
  });

  it('restarts without a changed file when skipping failures', async () => {
    const lost = await bench.put(last + 1, noise(12 * MIB));
    const breaking = bench.breakingAt(10 * MIB, lost, replaceMidway(lost));
    const input = aBuild([{ ...lost, index: -1 }, ...files], { onFileError: 'skip' });
    const built = await run(bench.activities({ store: breaking }).buildArchive, input);
    expect(built).toMatchObject({ files: SMALL_FILES + 2, skipped: 1 });
    const entries = await readWithPython(await bench.archiveOf(input), 'zip');
    expect(entries.map(({ name }) => name)).toEqual([...files.map(({ name }) => name), '_manifest.json']);
    expect((await bench.outcomesOf(input))[0]).toMatchObject({
      state: 'skipped',
      error: { code: 'FILE_CHANGED' },
    });
    expect(await uploads()).toEqual([]);
  });

  it('leaves nothing when cancelled during the upload', async () => {
    const { source } = files[last]!;
    const hanging = changed(bench.store, {
      read: (key, options) =>
        key === source.key
          ? Promise.resolve(hangingAfter(noise(6 * MIB), options?.signal))
          : bench.store.read(key, options),
    });
    const input = aBuild(files);
    const attempt = new Attempt();
    const built = attempt.run(bench.activities({ store: hanging }).buildArchive, input);
    const outcome = built.catch((error: unknown) => error);
    await waitFor('the upload to have begun', async () => (await uploads()).length > 0);
    await waitFor('the last file to hang', () => {
      const progress = attempt.heartbeats.at(-1) as { currentFile: string } | undefined;
      return progress?.currentFile === files[last]!.name;
    });
    expect(await uploads()).toEqual([expect.stringMatching(`^${jobPrefix(input.jobId)}.*/archive.zip$`)]);
    attempt.stop();
    expect(await outcome).toBeInstanceOf(CancelledFailure);
    await expectNothingOf(input.jobId);
  });
});
