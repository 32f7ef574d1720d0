import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ApplicationFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { ActivityDependencies } from '../../../src/activities/dependencies.js';
import { createActivities } from '../../../src/activities/index.js';
import type { SegmentDependencies } from '../../../src/activities/segments/dependencies.js';
import { BufferPool } from '../../../src/bytes/part-cutter.js';
import { ByteBudget } from '../../../src/concurrency/byte-budget.js';
import type { BuildArchiveInput, DownloadActivities } from '../../../src/contract/activities.js';
import { LonghaulError } from '../../../src/contract/errors.js';
import type { BuildProgress } from '../../../src/contract/snapshot.js';
import type { FileOutcome, MissingFile, PinnedObject, PreparedFile } from '../../../src/contract/files.js';
import { ObjectSource } from '../../../src/source/objects/object-source.js';
import { TemplateCatalogue } from '../../../src/source/catalogue/template-catalogue.js';
import { createObjectStore } from '../../../src/storage/create-store.js';
import { folderOf, jobPrefix } from '../../../src/storage/keys.js';
import { NO_CAPABILITIES } from '../../../src/storage/multipart-store.js';
import type { ReadOptions, WriteOptions } from '../../../src/storage/object-store.js';
import { SideObjects } from '../../../src/storage/side-objects.js';
import { SumCache } from '../../../src/storage/sum-cache.js';
import { createLogger } from '../../../src/telemetry/logger.js';
import { collect, readAll } from '../../support/bodies.js';
import { aChunk } from '../../support/jobs.js';
import { waitFor } from '../../support/wait-for.js';

type Engine = SegmentDependencies['engine'];
export type Store = SegmentDependencies['store'];

/** A prepared file in the object store. */
export type StoredFile = PreparedFile & { source: PinnedObject };

/** The activities of a worker over a real store. Records opened streams and log lines. */
export class ActivityBench {
  readonly store: Store;
  readonly logged: string[] = [];
  private readonly streams: Readable[] = [];

  constructor(
    store: Store,
    private readonly remove: () => Promise<void> = async () => {},
    /** Root folder of the objects. */
    readonly folder = '',
    private readonly engine: Engine = 'streamed',
  ) {
    this.store = changed(store, { read: (key, options) => this.read(store, key, options) });
  }

  /** Starts with a file store in a temporary folder. */
  static async start(engine?: Engine): Promise<ActivityBench> {
    const dataDir = await mkdtemp(join(tmpdir(), 'longhaul-activities-'));
    const s3 = { endpoint: undefined, region: '', bucket: '', forcePathStyle: false, credentials: undefined };
    const store = await createObjectStore({ kind: 'file', dataDir, s3 });
    const remove = () => rm(dataDir, { recursive: true, force: true });
    return new ActivityBench(store, remove, join(dataDir, 'objects'), engine);
  }

  /** Rejects when a stream is still open. */
  async stop(): Promise<void> {
    try {
      await waitFor(
        'all streams to be closed',
        () => this.streams.every((stream) => stream.destroyed),
        5_000,
      );
    } finally {
      await this.remove();
    }
  }

  activities(changes: Partial<ActivityDependencies & { store: Store }> = {}): DownloadActivities {
    const store = changes.store ?? this.store;
    const logger = createLogger('debug', 'test', {
      destination: { write: (line) => void this.logged.push(line) },
    });
    const source = new ObjectSource(store);
    const deps = { catalogue: new TemplateCatalogue(), source, store, logger, ...changes };
    if (this.engine === 'streamed') return createActivities(deps);
    return createActivities({ ...deps, ...engineOf(store) });
  }

  /** Stores a file and pins its version. */
  async put(index: number, bytes: Buffer, name = `file-${index}.txt`): Promise<StoredFile> {
    const fileId = 70_000 + index;
    const key = `downloads/${fileId}`;
    const { etag } = await this.store.write(key, bytes);
    const source = { kind: 'object' as const, key, etag };
    return { index, fileId, name, size: bytes.length, contentType: null, source, crc32: null };
  }

  /** Stores another version of a file. */
  async replace(file: StoredFile): Promise<void> {
    await this.store.write(file.source.key, Buffer.from('another version'));
  }

  /** Returns a store that streams `at` bytes of the file, awaits `meanwhile`, and then breaks the connection once. */
  breakingAt(at: number, { source }: StoredFile, meanwhile: () => Promise<unknown>): Store {
    let whole = false;
    const read = async (key: string, options?: ReadOptions) => {
      const stream = await this.store.read(key, options);
      if (key !== source.key || whole) return stream;
      whole = true;
      return Readable.from(brokenOff(stream, at, meanwhile), { objectMode: false });
    };
    return changed(this.store, { read });
  }

  async bytesOf(key: string): Promise<Buffer> {
    return readAll(await this.store.read(key));
  }

  /** Reads the only archive of the job, in whichever attempt folder it is. */
  async archiveOf({ jobId, archive }: BuildArchiveInput): Promise<Buffer> {
    return this.bytesOf(await this.keyNamed(jobId, `archive.${archive.format}`));
  }

  async outcomesOf({ jobId }: BuildArchiveInput): Promise<FileOutcome[]> {
    const lines = (await this.bytesOf(await this.keyNamed(jobId, 'files.jsonl'))).toString().split('\n');
    return lines.filter(Boolean).map((line) => JSON.parse(line) as FileOutcome);
  }

  private async keyNamed(jobId: string, name: string): Promise<string> {
    const keys = (await this.keysOf(jobPrefix(jobId))).filter((key) => key === `${folderOf(key)}${name}`);
    if (keys.length !== 1) throw new Error(`There are ${keys.length} objects called ${name}`);
    return keys[0]!;
  }

  async keysOf(prefix = ''): Promise<string[]> {
    return (await collect(this.store.list(prefix))).map(({ key }) => key);
  }

  /** Lists all files of archives on disk, including unfinished uploads and metadata. */
  async filesOfArchives(): Promise<string[]> {
    const found = await readdir(this.folder, { recursive: true, withFileTypes: true }).catch(() => []);
    const files = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    return files.filter((path) => path.includes('/archives/'));
  }

  private async read(store: Store, key: string, options?: ReadOptions): Promise<Readable> {
    const stream = await store.read(key, options);
    this.streams.push(stream);
    return stream;
  }
}

/** Overrides methods of a store. */
export function changed(store: Store, methods: Partial<Store>): Store {
  return Object.assign(Object.create(store) as Store, methods);
}

/** Returns the dependencies of the engine. It reads through `read`, which tests change. */
function engineOf(store: Store): Omit<SegmentDependencies, keyof ActivityDependencies> & { store: Store } {
  return {
    store,
    engine: 'segments',
    parallelism: 4,
    capabilities: async () => NO_CAPABILITIES,
    files: { readInto: (key, range, into, signal) => readInto(store, key, range, into, signal) },
    filesAreInStore: true,
    sideObjects: (prefix, capabilities) => new SideObjects(store, prefix, capabilities),
    sums: new SumCache(store),
    buffers: new BufferPool(),
    memory: new ByteBudget(Infinity),
  };
}

class BrokenConnection extends LonghaulError {}

async function readInto(
  store: Store,
  key: string,
  { start, end, etag }: { start: number; end: number; etag: string },
  into: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<void> {
  const options = { start, end: end - 1, ifMatch: etag, ...(signal && { signal }) };
  const fill = async () => {
    let filled = 0;
    for await (const chunk of (await store.read(key, options)) as AsyncIterable<Buffer>) {
      into.set(chunk.subarray(0, into.length - filled), filled);
      filled += chunk.length;
      if (filled >= into.length) break;
    }
  };
  // Stores repeat a request whose connection breaks.
  await fill().catch((error: unknown) =>
    error instanceof BrokenConnection ? fill() : Promise.reject(error),
  );
}

/** Returns a store that rejects every write. */
export function readOnly(store: Store): Store {
  const write = async (_key: string, body: Readable | Buffer, _options?: WriteOptions) => {
    if (body instanceof Readable) body.destroy();
    throw new LonghaulError('STORAGE_UNAVAILABLE', 'The disk is full');
  };
  return changed(store, { write });
}

/** Streams the bytes, then stalls until the signal aborts. */
export function hangingAfter(bytes: Buffer, signal: AbortSignal | undefined): Readable {
  const stream = new Readable({ read() {}, ...(signal ? { signal } : {}) });
  stream.push(bytes);
  return stream;
}

/** Creates the input of a build of these files, for a new job. */
export function aBuild(
  files: PreparedFile[],
  changes: Partial<BuildArchiveInput> = {},
  missing: MissingFile[] = [],
): BuildArchiveInput {
  return {
    jobId: randomUUID(),
    archive: { format: 'zip', compression: 'auto', name: 'photos.zip' },
    onFileError: 'fail',
    createdAt: '2026-03-01T12:00:00.000Z',
    chunks: [aChunk(files, missing)],
    handedOver: null,
    ...changes,
  };
}

export function aProgress(changes: Partial<BuildProgress> = {}): BuildProgress {
  return {
    bytes: 0,
    files: 0,
    currentFile: null,
    bytesHighWater: 0,
    filesHighWater: 0,
    attempts: 1,
    ...changes,
  };
}

/** Maximum attempts of every activity in these tests. */
export const MAX_ATTEMPTS = 4;

/** One attempt of an activity; records its heartbeats. */
export class Attempt {
  readonly heartbeats: unknown[] = [];
  private readonly env: MockActivityEnvironment;

  /** @param lastHeartbeat Details of the last heartbeat of the previous attempt. */
  constructor(attempt = 1, lastHeartbeat?: unknown) {
    const retryPolicy = { maximumAttempts: MAX_ATTEMPTS };
    const info = { attempt, retryPolicy, heartbeatDetails: lastHeartbeat };
    this.env = new MockActivityEnvironment(info, { logger: SILENT });
    this.env.on('heartbeat', (details: unknown) => this.heartbeats.push(details));
  }

  run<I, R>(activity: (input: I) => Promise<R>, input: I): Promise<R> {
    return this.env.run(activity, input);
  }

  /** Stops the attempt as the server or the worker would. */
  stop(reason: 'CANCELLED' | 'WORKER_SHUTDOWN' | 'TIMED_OUT' = 'CANCELLED'): void {
    this.env.cancel(reason);
  }
}

/** Runs an activity as its first attempt. */
export function run<I, R>(activity: (input: I) => Promise<R>, input: I): Promise<R> {
  return new Attempt().run(activity, input);
}

/** Returns the part of a failure that the workflow receives. */
export async function failureOf(promise: Promise<unknown>) {
  const error: unknown = await promise.then(
    () => new Error('It succeeded'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApplicationFailure)) throw error;
  const { type, message, nonRetryable, details } = error;
  return { type, message, nonRetryable, details };
}

const ignore = () => {};
const SILENT = { log: ignore, trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };

async function* brokenOff(stream: Readable, at: number, meanwhile: () => Promise<unknown>) {
  let left = at;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) break;
  }
  await meanwhile();
  throw new BrokenConnection('STORAGE_UNAVAILABLE', 'The connection broke');
}
