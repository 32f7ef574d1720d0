import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createSegmentActivities } from '../../src/activities/index.js';
import type { SegmentDependencies } from '../../src/activities/segments/dependencies.js';
import { crc32 } from '../../src/archive/zip/format/crc32.js';
import { LIMITS, type Limits } from '../../src/archive/zip/limits.js';
import { parseResult, type RecordedPart } from '../../src/archive/zip/segment/segment-result.js';
import { BufferPool } from '../../src/bytes/part-cutter.js';
import { ByteBudget } from '../../src/concurrency/byte-budget.js';
import type { FileOutcome, MissingFile, PreparedFile } from '../../src/contract/files.js';
import type { OnFileError } from '../../src/contract/job.js';
import type {
  BuildSegmentInput,
  BuiltSegment,
  SegmentActivities,
  SegmentedPlan,
} from '../../src/contract/segments.js';
import { OutboundHttp } from '../../src/outbound/outbound-http.js';
import { UrlGuard } from '../../src/outbound/url-guard.js';
import { TemplateCatalogue } from '../../src/source/catalogue/template-catalogue.js';
import { FileSources } from '../../src/source/file-sources.js';
import { HttpsSource } from '../../src/source/https/https-source.js';
import { ObjectSource } from '../../src/source/objects/object-source.js';
import { createObjectStore } from '../../src/storage/create-store.js';
import { folderOf, jobPrefix, outcomesKey } from '../../src/storage/keys.js';
import type { StoreCapabilities } from '../../src/storage/multipart-store.js';
import { S3ObjectStore } from '../../src/storage/s3/s3-object-store.js';
import { SideObjects } from '../../src/storage/side-objects.js';
import { SumCache } from '../../src/storage/sum-cache.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { collect, noise } from '../support/bodies.js';
import { FileServer } from '../support/file-server.js';
import { aChunk, aMissingFile } from '../support/jobs.js';
import { describeWith } from '../support/require-server.js';
import { locateSeaweedFs, type S3Server, startSeaweedFs } from '../support/s3-servers.js';
import { readWithPython } from '../support/unpack.js';
import { SMALL_LIMITS } from '../support/zip/small-limits.js';
import { ActivityBench, Attempt, failureOf, run, type StoredFile } from '../unit/activities/support.js';

type Store = SegmentDependencies['store'];

const MIB = 1024 * 1024;
const S3_LIMITS: Limits = {
  ...LIMITS,
  partSize: 5 * MIB,
  segmentBytes: 6 * MIB,
  segmentEntries: 64,
  minCopy: 7 * MIB,
};
const ALL: StoreCapabilities = {
  segments: true,
  copies: true,
  copySums: true,
  joints: true,
  fullObjectChecked: true,
};

const [JOB_TIME, NAME] = ['2026-03-01T12:00:00.000Z', 'photos.zip'];

/** Runs the activities as the workflow does, one after the other. */
class Build {
  readonly jobId = randomUUID();
  readonly activities: SegmentActivities;
  private readonly chunks;

  constructor(
    private readonly store: Store,
    private readonly files: PreparedFile[],
    changes: Partial<SegmentDependencies> = {},
    private readonly onFileError: OnFileError = 'fail',
    private readonly missing: MissingFile[] = [],
  ) {
    this.chunks = [aChunk(files, missing)];
    this.activities = createSegmentActivities({
      store,
      catalogue: new TemplateCatalogue(),
      source: new ObjectSource(store),
      logger: createLogger('silent', 'test'),
      engine: 'segments',
      parallelism: 4,
      capabilities: async () => ALL,
      files: store,
      filesAreInStore: true,
      sideObjects: (prefix, capabilities) => new SideObjects(store, prefix, capabilities),
      sums: new SumCache(store),
      buffers: new BufferPool(),
      memory: new ByteBudget(Infinity),
      ...changes,
    });
  }

  async plan(): Promise<SegmentedPlan> {
    const plan = await run(this.activities.planArchive, {
      jobId: this.jobId,
      archive: { format: 'zip', compression: 'store', name: NAME },
      createdAt: JOB_TIME,
      chunks: this.chunks,
    });
    if (plan.kind === 'streamed') throw new Error('The archive is not built from segments');
    return plan;
  }

  segment(
    plan: SegmentedPlan,
    index: number,
    attempt = new Attempt(),
    changes: Partial<BuildSegmentInput> = {},
  ): Promise<BuiltSegment> {
    return attempt.run(this.activities.buildSegment, {
      jobId: this.jobId,
      plan,
      segment: plan.segments[index]!,
      onFileError: this.onFileError,
      totalFiles: this.files.length + this.missing.length,
      earlierAttempts: 0,
      handedOver: null,
      ...changes,
    });
  }

  async segments(plan: SegmentedPlan): Promise<BuiltSegment[]> {
    const built = [];
    for (const { index } of plan.segments.toReversed()) built.push(await this.segment(plan, index));
    return built;
  }

  finish(plan: SegmentedPlan, segments: BuiltSegment[], attempt = new Attempt()) {
    return attempt.run(this.activities.finishArchive, {
      jobId: this.jobId,
      plan,
      segments,
      createdAt: JOB_TIME,
      chunks: this.chunks,
      isRepeated: false,
    });
  }

  async run() {
    const plan = await this.plan();
    return { plan, built: await this.finish(plan, await this.segments(plan)) };
  }

  async partsOf({ name }: BuiltSegment): Promise<RecordedPart[]> {
    const result = await new ActivityBench(this.store).bytesOf(jobPrefix(this.jobId) + name);
    return parseResult(result).record.parts;
  }

  async outcomes(keyOfArchive: string): Promise<FileOutcome[]> {
    const text = (await new ActivityBench(this.store).bytesOf(outcomesKey(keyOfArchive))).toString();
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as FileOutcome);
  }
}

interface TestedStore {
  capabilities: StoreCapabilities;
  store: Store;
  limits: Limits;
  contents: Buffer[];
  stop(): Promise<void>;
}

async function fileStore(): Promise<TestedStore> {
  const dataDir = await mkdtemp(join(tmpdir(), 'longhaul-segments-'));
  const s3 = { endpoint: undefined, region: '', bucket: '', forcePathStyle: false, credentials: undefined };
  const store = await createObjectStore({ kind: 'file', dataDir, s3 });
  const contents = Array.from({ length: 40 }, (_, i) => noise(i === 7 ? 20_000 : 100 * i));
  const stop = () => rm(dataDir, { recursive: true, force: true });
  const capabilities = { ...ALL, copies: false };
  return { capabilities, store, limits: SMALL_LIMITS, contents, stop };
}

async function s3Store(program: string): Promise<TestedStore> {
  const server: S3Server = await startSeaweedFs(program);
  const { endpoint, region, bucket, accessKeyId, secretAccessKey } = server;
  const credentials = { accessKeyId, secretAccessKey };
  const store = new S3ObjectStore({ endpoint, region, bucket, forcePathStyle: true, credentials });
  // The last but one is cut into slices, and copied the second time.
  const sizes = [...Array.from({ length: 200 }, (_, i) => 500 * i), 20 * MIB, 3];
  const stop = async () => {
    store.close();
    await server.stop();
  };
  return { capabilities: ALL, store, limits: S3_LIMITS, contents: sizes.map((size) => noise(size)), stop };
}

describe('segment activities in a folder', () => suite(fileStore));

describeWith(await locateSeaweedFs(), 'segment activities in S3', (program) =>
  suite(() => s3Store(program), { copies: true }),
);

function suite(start: () => Promise<TestedStore>, { copies = false } = {}): void {
  let tested: TestedStore;
  let store: Store;
  let files: StoredFile[];
  let limits: Limits;
  let usual: Partial<SegmentDependencies>;
  beforeAll(async () => {
    tested = await start();
    ({ store, limits } = tested);
    usual = { limits, capabilities: async () => tested.capabilities };
    const bench = new ActivityBench(store);
    files = [];
    for (const [i, bytes] of tested.contents.entries()) files.push(await bench.put(i, bytes));
  });
  afterAll(() => tested.stop());

  const keysOf = async (jobId: string) => (await collect(store.list(jobPrefix(jobId)))).map(({ key }) => key);

  async function expectArchive(key: string, checksum: string, names: string[]): Promise<void> {
    const bytes = await new ActivityBench(store).bytesOf(key);
    expect(checksum).toBe(`crc32:${crc32(bytes).toString(16).padStart(8, '0')}`);
    const entries = await readWithPython(bytes, 'zip');
    expect(entries.map(({ name }) => name)).toEqual(names);
  }

  it('builds an archive from segments in any order', async () => {
    const build = new Build(store, files, usual);
    const { plan, built } = await build.run();
    expect(plan.segments.length).toBeGreaterThan(3);
    await expectArchive(
      built.key,
      built.checksum,
      files.map(({ name }) => name),
    );
    expect(built).toMatchObject({ files: files.length, skipped: 0, attempt: 1 });
    const outcomes = await build.outcomes(built.key);
    expect(outcomes.map(({ name, state }) => [name, state])).toEqual(
      files.map(({ name }) => [name, 'included']),
    );
  });

  it('keeps plan and results outside the archive folder', async () => {
    const build = new Build(store, files, usual);
    const { built } = await build.run();
    const kept = (await keysOf(build.jobId)).filter((key) => folderOf(key) === folderOf(built.key));
    expect(kept.toSorted()).toEqual([built.key, outcomesKey(built.key)].toSorted());
  });

  it('finishes again after the archive is complete', async () => {
    const build = new Build(store, files, usual);
    const plan = await build.plan();
    const segments = await build.segments(plan);
    const first = await build.finish(plan, segments);
    const sendPart = jest.fn();
    const opened = jest.spyOn(store, 'openUpload').mockReturnValue({ sendPart } as never);
    const second = await build.finish(plan, segments, new Attempt(2));
    opened.mockRestore();
    expect(second).toEqual({ ...first, attempt: 2 });
    expect(sendPart).not.toHaveBeenCalled();
  });

  it('replaces what a killed attempt left', async () => {
    const build = new Build(store, files, usual);
    const plan = await build.plan();
    const segments = await build.segments(plan);
    const again = await build.segment(plan, 1, new Attempt(2));
    const built = await build.finish(
      plan,
      segments.map((segment) => (segment.index === 1 ? again : segment)),
    );
    await expectArchive(
      built.key,
      built.checksum,
      files.map(({ name }) => name),
    );
  });

  it('gives each attempt numbers and objects of its own', async () => {
    const build = new Build(store, files, usual);
    const plan = await build.plan();
    const index = plan.segments.findIndex(({ numbers, bytes }) => numbers.halves === 2 && bytes > 0);
    const [first, second] = [
      await build.segment(plan, index),
      await build.segment(plan, index, new Attempt(2)),
    ];
    expect(second.name).not.toBe(first.name);
    const [of, again] = [await build.partsOf(first), await build.partsOf(second)];
    expect(of.length).toBeGreaterThan(0);
    expect(again.map(({ number }) => number)).toEqual(
      of.map(({ number }) => number + plan.segments[index]!.numbers.count),
    );
  });

  it('skips missing files and lists them in the archive', async () => {
    const gone: StoredFile = { ...files[2]!, source: { ...files[2]!.source, key: 'downloads/absent' } };
    const all = files.map((file) => (file.index === 2 ? gone : file));
    const absent = aMissingFile(files.length);
    const build = new Build(store, all, usual, 'skip', [absent]);
    const { built } = await build.run();
    const left = files.filter(({ index }) => index !== 2).map(({ name }) => name);
    await expectArchive(built.key, built.checksum, [...left, '_manifest.json']);
    expect(built).toMatchObject({ files: files.length - 1, skipped: 2 });
    const states = (await build.outcomes(built.key)).map(({ state }) => state);
    expect([states[2], states.at(-1)]).toEqual(['skipped', 'skipped']);
    expect(states.filter((state) => state === 'included')).toHaveLength(files.length - 1);
  });

  describe('with a file on another server', () => {
    const COUNT = 5;
    let server: FileServer;
    let http: OutboundHttp;
    let build: Build;
    let bytes: Buffer;
    let large: PreparedFile;
    let sources: FileSources;
    beforeEach(async () => {
      server = await FileServer.start();
      http = new OutboundHttp(new UrlGuard([server.receiver.host]));
      bytes = noise(COUNT * limits.segmentBytes);
      const url = server.put('/large.bin', { bytes, etag: '"v1"' });
      const source = { kind: 'https', url, etag: '"v1"', lastModified: null, ranges: true } as const;
      large = { ...files[0]!, name: 'large.bin', size: bytes.length, source };
      sources = new FileSources(new ObjectSource(store), new HttpsSource(http, bytes.length));
      build = new Build(store, [large], { ...usual, source: sources });
    });
    afterEach(async () => {
      http.close();
      await server.stop();
    });

    it('reads each slice with one request', async () => {
      const { plan, built } = await build.run();
      expect(plan.segments).toHaveLength(COUNT);
      const archive = await new ActivityBench(store).bytesOf(built.key);
      const [entry] = await readWithPython(archive, 'zip');
      expect(entry!.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
      expect(server.ranges).toHaveLength(COUNT);
      expect(new Set(server.ranges).size).toBe(COUNT);
    });

    it('reads no slice of a file that is lost', async () => {
      const skipping = new Build(store, [large, files[1]!], { ...usual, source: sources }, 'skip');
      const plan = await skipping.plan();
      server.put('/large.bin', { bytes: noise(bytes.length), etag: '"v2"' });
      const built = [await skipping.segment(plan, 0)];
      for (const { index, slice } of plan.segments.slice(1)) {
        const changes: Partial<BuildSegmentInput> = slice ? { isLeftOut: true } : {};
        built.push(await skipping.segment(plan, index, new Attempt(), changes));
      }
      expect(server.ranges).toHaveLength(1);
      const { files: included, skipped } = await skipping.finish(plan, built);
      expect({ included, skipped }).toEqual({ included: 1, skipped: 1 });
    });

    it('notices a change between slices', async () => {
      const plan = await build.plan();
      await build.segment(plan, 0);
      server.put('/large.bin', { bytes: noise(bytes.length), etag: '"v2"' });
      const failure = await failureOf(build.segment(plan, 1));
      expect(failure).toMatchObject({ type: 'FILE_CHANGED', nonRetryable: true });
    });
  });

  it('names a file that changed', async () => {
    const changed: StoredFile = { ...files[3]!, source: { ...files[3]!.source, etag: '"other"' } };
    const build = new Build(
      store,
      files.map((file) => (file.index === 3 ? changed : file)),
      usual,
    );
    const plan = await build.plan();
    const failure = await failureOf(build.segments(plan));
    expect(failure).toMatchObject({ type: 'FILE_CHANGED', nonRetryable: true });
    expect(failure.details?.[0]).toMatchObject({ fileIds: [70_003] });
  });

  it('fails permanently when its upload is gone', async () => {
    const build = new Build(store, files, usual);
    const plan = await build.plan();
    await store.abortUploads(jobPrefix(build.jobId));
    const failure = await failureOf(build.segments(plan));
    expect(failure).toMatchObject({ type: 'ARCHIVE_INCOMPLETE', nonRetryable: true });
  });

  it('builds as many segments of large parts at once', async () => {
    const partSize = 500 * MIB;
    const changes = { ...usual, limits: { ...limits, partSize, largePart: partSize } };
    expect((await new Build(store, files, changes).plan()).parallelism).toBe(4);
  });

  it('lets only segments of large parts wait for memory', async () => {
    const memory = new ByteBudget(1);
    let free!: () => void;
    const busy = new Promise<void>((resolve) => (free = resolve));
    const held = memory.run(1, new AbortController().signal, () => busy);
    const small = new Build(store, files, { ...usual, memory });
    await small.segments(await small.plan());
    const large = new Build(store, files, { ...usual, memory, limits: { ...limits, partSize: 16 * MIB } });
    const segments = large.segments(await large.plan());
    expect(await Promise.race([segments, small.run().then(() => 'waits')])).toBe('waits');
    free();
    await Promise.all([held, segments]);
  });

  it('answers streamed where the store or the setting wants it', async () => {
    const plain = new Build(store, files, {
      limits,
      capabilities: async () => ({ ...ALL, segments: false }),
    });
    const off = new Build(store, files, { limits, engine: 'streamed' });
    for (const build of [plain, off]) await expect(build.plan()).rejects.toThrow(/not built from segments/);
  });

  if (!copies) return;

  it('copies large files whose checksum an earlier archive noted', async () => {
    await new Build(store, files, usual).run();
    const reads: number[] = [];
    const counted: SegmentDependencies['files'] = {
      readInto: (key, range, into, signal) => {
        reads.push(into.length);
        return store.readInto(key, range, into, signal);
      },
    };
    const build = new Build(store, files, { ...usual, files: counted });
    const { built } = await build.run();
    const large = files.filter(({ size }) => size >= limits.minCopy).reduce((sum, { size }) => sum + size, 0);
    const all = files.reduce((sum, { size }) => sum + size, 0);
    const read = reads.reduce((sum, count) => sum + count, 0);
    expect(large).toBeGreaterThan(0);
    expect(read).toBeLessThan(all - large / 2);
    await expectArchive(
      built.key,
      built.checksum,
      files.map(({ name }) => name),
    );
  });
}
