import { randomBytes, randomUUID } from 'node:crypto';
import { S3ObjectStore } from '../../src/storage/s3/s3-object-store.js';
import { locateSeaweedFs, type S3Server, startSeaweedFs } from '../../test/support/s3-servers.js';
import { build, seconds, type Stub, type StubTask, withStub } from '../archives/contest.js';
import { type BuiltZip, sourceKey, type StoreAccess, type ZipTask } from '../archives/task.js';
import { runChild } from '../support/child.js';
import type { Measurement, Row, RowOptions } from '../support/row.js';
import { median } from '../support/statistics.js';
import { CountingProxy } from './counting-proxy.js';

const OURS = new URL('../archives/ours.js', import.meta.url);
const MIB = 1024 * 1024;
const FORM = { compression: 'store', extension: 'bin', segmentsAtOnce: 4 } as const;
/** Files of the archive that is read, and by how many the copied one has more. */
const READ = 8;
const SCALE = 50;

/** P5: archives whose files the store copies. */
export const copiedZip: Row = {
  id: 'P5',
  title: 'a ZIP of 400 × 256 MiB of known CRC-32, copied inside the store: against reading, scaled',
  async run(options) {
    const fileBytes = (options.quick ? 32 : 256) * MIB;
    const stubbed = await withStub({ fileBytes, content: 'noise' }, (stub) =>
      copiedAndRead(stub, fileBytes, options),
    );
    return [...stubbed, await secondArchive(fileBytes, options)];
  },
};

async function copiedAndRead(
  stub: Stub,
  fileBytes: number,
  { rounds, log }: RowOptions,
): Promise<Measurement[]> {
  const read: StubTask = { ...FORM, files: READ, fileBytes };
  const copied: StubTask = { ...FORM, files: READ * SCALE, fileBytes, crc32: stub.crc32 };
  const walls: { copied: number[]; read: number[] } = { copied: [], read: [] };
  let through = 0;
  for (let round = 0; round < rounds; round++) {
    const before = await stub.traffic();
    const run = await build('ours', stub, copied, copied.files * fileBytes);
    const after = await stub.traffic();
    through = after.sent + after.received - before.sent - before.received;
    walls.copied.push(run.wallSeconds);
    walls.read.push((await build('ours', stub, read, read.files * fileBytes)).wallSeconds * SCALE);
    log(
      `copied: ${seconds(run.wallSeconds)} wall, ${through} bytes, ${after.requests - before.requests} requests`,
    );
  }
  const bytes = copied.files * fileBytes;
  const [a, b] = [median(walls.copied), median(walls.read)];
  return [
    {
      measure: 'wall',
      ours: seconds(a),
      peer: `${seconds(b)} read, scaled`,
      ratio: `${(b / a).toFixed(0)}× less`,
      target: '≤ 30 s',
    },
    {
      measure: 'bytes through the worker',
      ours: `${(through / MIB).toFixed(1)} MiB`,
      peer: `${bytes / MIB} MiB`,
      ratio: `${((100 * through) / bytes).toFixed(3)} %`,
      target: '≤ 0.1 %',
    },
  ];
}

/** Builds the same archive twice on a real store: the first one reads the files and remembers their checksums. */
async function secondArchive(fileBytes: number, { log }: RowOptions): Promise<Measurement> {
  const seaweedFs = await locateSeaweedFs();
  if ('missing' in seaweedFs) throw new Error(seaweedFs.missing);
  const server = await startSeaweedFs(seaweedFs.path);
  const proxy = await CountingProxy.start(server.endpoint);
  try {
    const files = 4;
    const etag = await storeFiles(server, files, fileBytes);
    const moved: number[] = [];
    for (let i = 0; i < 2; i++) {
      const before = proxy.bytes;
      const store = { ...accessOf(server), endpoint: proxy.url };
      const task: ZipTask = {
        ...FORM,
        store,
        etag,
        files,
        fileBytes,
        jobId: randomUUID(),
        remembersSums: true,
      };
      await runChild<BuiltZip>(OURS, task);
      moved.push(proxy.bytes - before);
    }
    const perFile = moved.map((bytes) => `${(bytes / files / MIB).toFixed(2)} MiB`);
    log(`SeaweedFS: ${perFile.join(', then ')} per file`);
    return {
      measure: 'SeaweedFS, second archive: moved per file',
      ours: perFile[1]!,
      peer: `${perFile[0]} first`,
      ratio: `${(moved[0]! / moved[1]!).toFixed(0)}× less`,
      target: '≤ 10 MiB',
    };
  } finally {
    proxy.stop();
    await server.stop();
  }
}

/** Stores the files and returns their ETag, which is one because their bytes are. */
async function storeFiles(server: S3Server, files: number, fileBytes: number): Promise<string> {
  const store = new S3ObjectStore({ ...accessOf(server), forcePathStyle: true });
  const bytes = randomBytes(fileBytes);
  let etag = '';
  for (let i = 0; i < files; i++) ({ etag } = await store.write(sourceKey(i), bytes));
  store.close();
  return etag;
}

function accessOf({ endpoint, region, bucket, accessKeyId, secretAccessKey }: S3Server): StoreAccess {
  return { endpoint, region, bucket, credentials: { accessKeyId, secretAccessKey } };
}
