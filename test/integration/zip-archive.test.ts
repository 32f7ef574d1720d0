import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createActivities } from '../../src/activities/index.js';
import { crc32Text, sha256Text } from '../../src/activities/checksum-text.js';
import type { SegmentDependencies } from '../../src/activities/segments/dependencies.js';
import { crc32 } from '../../src/archive/zip/format/crc32.js';
import { BufferPool } from '../../src/bytes/part-cutter.js';
import { ByteBudget } from '../../src/concurrency/byte-budget.js';
import { TemplateCatalogue } from '../../src/source/catalogue/template-catalogue.js';
import { ObjectSource } from '../../src/source/objects/object-source.js';
import { CapabilityProbe } from '../../src/storage/capability-probe.js';
import { createObjectStore } from '../../src/storage/create-store.js';
import { jobPrefix, outcomesKey } from '../../src/storage/keys.js';
import { NO_CAPABILITIES } from '../../src/storage/multipart-store.js';
import { S3ObjectStore } from '../../src/storage/s3/s3-object-store.js';
import { SideObjects } from '../../src/storage/side-objects.js';
import { SumCache } from '../../src/storage/sum-cache.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { collect, noise } from '../support/bodies.js';
import { describeWith } from '../support/require-server.js';
import { locateSeaweedFs, startSeaweedFs } from '../support/s3-servers.js';
import { readWithPython } from '../support/unpack.js';
import { javaPrograms, readWithJava } from '../support/zip/foreign-readers.js';
import { aBuild, ActivityBench, run, type Store, type StoredFile } from '../unit/activities/support.js';

const MIB = 1024 * 1024;

interface TestedStore {
  store: Store;
  stop(): Promise<void>;
}

async function fileStore(): Promise<TestedStore> {
  const dataDir = await mkdtemp(join(tmpdir(), 'longhaul-zip-'));
  const s3 = { endpoint: undefined, region: '', bucket: '', forcePathStyle: false, credentials: undefined };
  const store = await createObjectStore({ kind: 'file', dataDir, s3 });
  return { store, stop: () => rm(dataDir, { recursive: true, force: true }) };
}

async function s3Store(program: string): Promise<TestedStore> {
  const server = await startSeaweedFs(program);
  const { endpoint, region, bucket, accessKeyId, secretAccessKey } = server;
  const credentials = { accessKeyId, secretAccessKey };
  const store = new S3ObjectStore({ endpoint, region, bucket, forcePathStyle: true, credentials });
  const stop = async () => {
    store.close();
    await server.stop();
  };
  return { store, stop };
}

const java = await javaPrograms();

describe('a ZIP of one segment in a folder', () => suite(fileStore));

describeWith(await locateSeaweedFs(), 'a ZIP of one segment in S3', (program) =>
  suite(() => s3Store(program), { copies: true }),
);

function suite(start: () => Promise<TestedStore>, { copies = false } = {}): void {
  let tested: TestedStore;
  let store: Store;
  let bench: ActivityBench;
  let probes: number;
  beforeAll(async () => {
    tested = await start();
    ({ store } = tested);
    bench = new ActivityBench(store);
  });
  afterAll(() => tested.stop());

  function depsOf(changes: Partial<SegmentDependencies> = {}): SegmentDependencies {
    const logger = createLogger('silent', 'test');
    const probe = new CapabilityProbe(store, logger);
    probes = 0;
    return {
      store,
      catalogue: new TemplateCatalogue(),
      source: new ObjectSource(store),
      logger,
      engine: 'segments',
      parallelism: 4,
      capabilities: () => {
        probes += 1;
        return probe.capabilities();
      },
      files: store,
      filesAreInStore: true,
      sideObjects: (prefix, capabilities) => new SideObjects(store, prefix, capabilities),
      sums: new SumCache(store),
      buffers: new BufferPool(),
      memory: new ByteBudget(Infinity),
      ...changes,
    };
  }

  const filesOf = (contents: readonly Buffer[]): Promise<StoredFile[]> =>
    Promise.all(contents.map((bytes, i) => bench.put(i, bytes)));

  it.each([
    ['one part', 'sha256', [noise(3 * MIB), Buffer.alloc(0), Buffer.from('text')]],
    ['text that one part holds', copies ? 'sha256' : 'crc32', [Buffer.alloc(10 * MIB, 'some text, ')]],
    ['several parts', 'crc32', [noise(100), noise(21 * MIB), noise(3 * MIB), noise(4 * MIB)]],
  ] as const)('builds %s', async (_, sum, contents) => {
    const input = aBuild(await filesOf(contents));
    const built = await run(createActivities(depsOf()).buildArchive, input);
    const bytes = await bench.bytesOf(built.key);
    const expected = sum === 'sha256' ? sha256Text(bytes) : crc32Text(crc32(bytes));
    expect(built).toMatchObject({ size: bytes.length, checksum: expected, files: contents.length });
    const entries = await readWithPython(bytes, 'zip');
    expect(entries.map(({ sha256 }) => sha256)).toEqual(
      contents.map((content) => createHash('sha256').update(content).digest('hex')),
    );
    // Bit 3 of the flags announces a data descriptor, which Java's ZipInputStream refuses.
    expect(bytes.readUInt16LE(6) & 8).toBe(0);
    const keys = (await collect(store.list(jobPrefix(input.jobId)))).map(({ key }) => key);
    expect(keys.toSorted()).toEqual([built.key, outcomesKey(built.key)].toSorted());
    expect(await collect(store.listUploads(jobPrefix(input.jobId)))).toEqual([]);
  });

  describeWith(java, 'for Java', (program) => {
    it.each([
      ['one part', 'segments', MIB],
      ['several parts', 'segments', 12 * MIB],
      ['one stream', 'streamed', MIB],
    ] as const)('reads each entry of %s', async (_, engine, size) => {
      const contents = [noise(size), Buffer.alloc(0), Buffer.from('text '.repeat(10_000)), noise(70_000)];
      const input = aBuild(await filesOf(contents));
      const { key } = await run(createActivities(depsOf({ engine })).buildArchive, input);
      const entries = await readWithJava(await bench.bytesOf(key), program);
      const read = (reader: string) => entries.filter((entry) => entry.reader === reader);
      for (const reader of ['ZipFile', 'ZipInputStream'])
        expect(read(reader).map(({ crc32: sum }) => sum)).toEqual(contents.map((content) => crc32(content)));
    });
  });

  it('reads small files at once where it can', async () => {
    const read: string[] = [];
    const files: SegmentDependencies['files'] = {
      readInto: (...args) => store.readInto(...args),
      readIntoSync: (key, range, into) => {
        store.readIntoSync!(key, range, into);
        read.push(key);
      },
    };
    const contents = [noise(1_000), noise(2_000)];
    const input = aBuild(await filesOf(contents), {
      archive: { format: 'zip', compression: 'store', name: 'a.zip' },
    });
    const { files: count } = await run(createActivities(depsOf({ files })).buildArchive, input);
    expect(count).toBe(2);
    expect(read.length > 0).toBe(store.readIntoSync !== undefined);
  });

  it('asks for no capabilities when one part suffices', async () => {
    const input = aBuild(await filesOf([noise(7 * MIB)]));
    await run(createActivities(depsOf()).buildArchive, input);
    expect(probes).toBe(0);
  });

  if (!copies) return;

  it('streams larger ones where parts cannot be trusted', async () => {
    const input = aBuild(await filesOf([noise(9 * MIB)]));
    const deps = depsOf({ capabilities: async () => NO_CAPABILITIES });
    const { key, checksum } = await run(createActivities(deps).buildArchive, input);
    expect(checksum).toBe(sha256Text(await bench.bytesOf(key)));
  });

  it('copies large files the second time', async () => {
    const files = await filesOf([noise(100), noise(30 * MIB), noise(7)]);
    const input = () => aBuild(files, { archive: { format: 'zip', compression: 'store', name: 'a.zip' } });
    const first = await run(createActivities(depsOf()).buildArchive, input());
    let read = 0;
    const counted: SegmentDependencies['files'] = {
      readInto: (key, range, into, signal) => {
        read += into.length;
        return store.readInto(key, range, into, signal);
      },
    };
    const second = await run(createActivities(depsOf({ files: counted })).buildArchive, input());
    expect(read).toBeLessThan(10 * MIB);
    expect(second).toMatchObject({ size: first.size, checksum: first.checksum });
    expect((await bench.bytesOf(second.key)).equals(await bench.bytesOf(first.key))).toBe(true);
  });
}
