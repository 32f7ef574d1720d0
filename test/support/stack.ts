import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import type { DownloadStatus, FilesPage, StartedDownload } from '../../src/contract/http/answers.js';
import { isFinal } from '../../src/contract/snapshot.js';
import { jobPrefix } from '../../src/storage/keys.js';
import { createObjectStore, type StoreSettings } from '../../src/storage/create-store.js';
import type { ObjectStore } from '../../src/storage/object-store.js';
import { freePorts } from '../../src/dev/processes/free-ports.js';
import { apiKeySettings, workerKeySettings } from '../../src/dev/topology/store-identities.js';
import type { S3Server } from './s3-servers.js';
import { TestServer } from './test-server.js';
import { waitFor } from './wait-for.js';

const dist = (file: string) => resolve('dist', file);

/** A busy machine starts a server in half a minute. */
const START_MS = 120_000;

/** How a stack reaches an S3 server. */
export type S3Access = Pick<
  S3Server,
  'endpoint' | 'region' | 'bucket' | 'accessKeyId' | 'secretAccessKey' | 'identities'
>;

export interface StackOptions {
  temporalCli: string;
  /** S3 server for objects; a folder when absent. */
  s3?: S3Access;
  env?: Record<string, string>;
  workers?: number;
  /** More dynamic config of the Temporal server than `npm start` sets, as `key=value`. */
  dynamicConfig?: readonly string[];
}

/** The whole product on real servers: Temporal, workers, API and object store, run as in production. */
export class Stack {
  readonly workers: TestServer[] = [];
  /** API servers besides the first. */
  readonly others: TestServer[] = [];
  api!: TestServer;
  readonly baseUrl: string;
  store!: ObjectStore;

  get temporalAddress(): string {
    return `127.0.0.1:${this.temporalPort}`;
  }

  private constructor(
    private readonly env: Record<string, string>,
    /** Settings that only API servers, or only workers, have. */
    private readonly ofRole: Record<'api' | 'worker', Record<string, string>>,
    readonly temporal: TestServer,
    /** DATA_DIR of every service. */
    readonly dataDir: string,
    private readonly temporalPort: number,
    apiPort: number,
  ) {
    this.baseUrl = `http://127.0.0.1:${apiPort}`;
  }

  static async start({
    temporalCli,
    s3,
    env = {},
    workers = 1,
    dynamicConfig = [],
  }: StackOptions): Promise<Stack> {
    const directory = await mkdtemp(join(tmpdir(), 'longhaul-stack-'));
    const [temporalPort, apiPort] = (await freePorts(2)) as [number, number];
    const settings = {
      TEMPORAL_ADDRESS: `127.0.0.1:${temporalPort}`,
      PORT: String(apiPort),
      HOST: '127.0.0.1',
      DATA_DIR: directory,
      ...(s3 ? s3Settings(s3) : { OBJECT_STORE: 'file' }),
      ...env,
    };
    const temporalArgs = [
      ...temporalArguments(directory, temporalPort),
      ...dynamicConfig.map((setting) => `--dynamic-config-value=${setting}`),
    ];
    const temporal = new TestServer(temporalCli, temporalArgs, {}, [directory]);
    const stack = new Stack(settings, roleSettings(s3, env), temporal, directory, temporalPort, apiPort);
    stack.store = await createObjectStore(storeSettings(directory, s3));
    try {
      await stack.startTemporal();
      await Promise.all([stack.startApi(), ...Array.from({ length: workers }, () => stack.startWorker())]);
    } catch (error) {
      await stack.stop();
      throw error;
    }
    return stack;
  }

  /** Starts Temporal, or restarts it over the same database. */
  async startTemporal(): Promise<void> {
    this.temporal.start();
    const connection = Connection.lazy({ address: `127.0.0.1:${this.temporalPort}` });
    const describe = () => connection.workflowService.describeNamespace({ namespace: 'default' });
    await waitFor('Temporal to start', () => connection.withDeadline(Date.now() + 1_000, describe));
    await connection.close();
  }

  async startApi(): Promise<void> {
    this.api = new TestServer(
      process.execPath,
      [dist('api/server.js')],
      { ...this.env, ...this.ofRole.api },
      [],
    );
    this.api.start();
    await waitFor('the API to start', async () => (await fetch(`${this.baseUrl}/livez`)).ok, START_MS);
  }

  /** Starts another API server with optional settings and returns its base URL. */
  async startAnotherApi(env: Record<string, string> = {}): Promise<string> {
    const [port] = (await freePorts(1)) as [number];
    const api = new TestServer(
      process.execPath,
      [dist('api/server.js')],
      { ...this.env, ...this.ofRole.api, ...env, PORT: String(port) },
      [],
    );
    api.start();
    this.others.push(api);
    const baseUrl = `http://127.0.0.1:${port}`;
    await waitFor('the other API to start', async () => (await fetch(`${baseUrl}/livez`)).ok, START_MS);
    return baseUrl;
  }

  /** Starts a worker, of this build by default, without waiting until it is ready. */
  spawnWorker(env: Record<string, string> = {}, program = dist('worker.js')): TestServer {
    const worker = new TestServer(
      process.execPath,
      [program],
      { ...this.env, ...this.ofRole.worker, ...env },
      [],
    );
    worker.start();
    this.workers.push(worker);
    return worker;
  }

  async startWorker(env: Record<string, string> = {}, program?: string): Promise<TestServer> {
    const worker = this.spawnWorker(env, program);
    const ready = () => !worker.isRunning || worker.log.includes('worker ready');
    await waitFor('the worker to start', ready, START_MS);
    if (!worker.isRunning) throw new Error(`The worker ended:\n${worker.log}`);
    return worker;
  }

  /** Every process of ours, those that were killed included. */
  get processes(): readonly TestServer[] {
    return [this.api, ...this.workers, ...this.others];
  }

  /** Kills all servers and removes their files. */
  async stop(): Promise<void> {
    await Promise.all(
      [...this.workers, ...this.others, this.api, this.temporal].map((server) => server?.kill()),
    );
    await rm(this.dataDir, { recursive: true, force: true });
  }

  request(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.baseUrl}${path}`, { redirect: 'manual', ...init });
  }

  post(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return this.request(path, {
      method: 'POST',
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** Starts a job, again while the server is overloaded. Rejects if the API does not accept it. */
  async initiate(body: unknown): Promise<StartedDownload> {
    const deadline = Date.now() + START_MS;
    for (;;) {
      const response = await this.post('/v1/download/initiate', body);
      const text = await response.text();
      if (response.status === 202) return JSON.parse(text) as StartedDownload;
      if (!text.includes('"OVERLOADED"') || Date.now() > deadline) throw new Error(`Not accepted: ${text}`);
      await delay(500);
    }
  }

  async status(jobId: string): Promise<DownloadStatus> {
    const response = await this.request(`/v1/download/status/${jobId}`);
    if (!response.ok) throw new Error(`No status: ${await response.text()}`);
    return (await response.json()) as DownloadStatus;
  }

  /** Polls until `wanted` returns true; appends every status to `seen`. */
  async until(
    jobId: string,
    wanted: (status: DownloadStatus) => boolean,
    { timeoutMs = 120_000, seen = [] as DownloadStatus[] } = {},
  ): Promise<DownloadStatus> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const status = await this.status(jobId);
      seen.push(status);
      if (wanted(status)) return status;
      if (isFinal(status.status) || Date.now() > deadline) {
        throw new Error(`The job did not reach the wanted status: ${JSON.stringify(status)}`);
      }
      await delay(50);
    }
  }

  waitUntilFinal(
    jobId: string,
    options?: { timeoutMs?: number; seen?: DownloadStatus[] },
  ): Promise<DownloadStatus> {
    return this.until(jobId, (status) => isFinal(status.status), options);
  }

  /** Follows the redirect of a completed job to its archive. */
  async archive(jobId: string, headers: Record<string, string> = {}): Promise<Response> {
    const redirect = await this.request(`/v1/download/${jobId}`);
    if (redirect.status !== 302) throw new Error(`No redirect: ${await redirect.text()}`);
    return fetch(redirect.headers.get('location')!, { headers });
  }

  /** Reads a page of outcomes; again while a busy worker does not answer in time. */
  async files(jobId: string, query = ''): Promise<FilesPage> {
    let page: Partial<FilesPage> = {};
    await waitFor('the outcomes', async () => {
      const response = await this.request(`/v1/download/${jobId}/files${query}`);
      page = (await response.json()) as FilesPage;
      return response.status !== 503;
    });
    return page as FilesPage;
  }

  /** Lists the keys that the store holds for a job. */
  async artifacts(jobId: string): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of this.store.list(jobPrefix(jobId))) keys.push(key);
    return keys;
  }
}

function temporalArguments(directory: string, port: number): string[] {
  const attributes = ['LonghaulUser=Keyword', 'LonghaulStatus=Keyword'];
  return [
    'server',
    'start-dev',
    '--headless',
    '--ip=127.0.0.1',
    `--port=${port}`,
    `--db-filename=${join(directory, 'temporal.db')}`,
    '--sqlite-pragma=journal_mode=WAL',
    '--sqlite-pragma=synchronous=NORMAL',
    '--dynamic-config-value=matching.enableFairness=true',
    ...attributes.map((attribute) => `--search-attribute=${attribute}`),
  ];
}

export function s3Settings(s3: S3Access): Record<string, string> {
  return {
    OBJECT_STORE: 's3',
    S3_ENDPOINT: s3.endpoint,
    S3_REGION: s3.region,
    S3_BUCKET_NAME: s3.bucket,
    S3_ACCESS_KEY_ID: s3.accessKeyId,
    S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
    S3_FORCE_PATH_STYLE: 'true',
  };
}

/** With a server that has several keys, API servers and workers have their own. */
function roleSettings(s3: S3Access | undefined, env: Record<string, string>) {
  const { identities } = s3 ?? {};
  if (!identities) return { api: {}, worker: {} };
  return {
    api: { ...apiKeySettings(identities), ...env },
    worker: { ...workerKeySettings(identities), ...env },
  };
}

function storeSettings(dataDir: string, s3?: S3Access): StoreSettings {
  return {
    kind: s3 ? 's3' : 'file',
    dataDir,
    s3: {
      endpoint: s3?.endpoint,
      region: s3?.region ?? '',
      bucket: s3?.bucket ?? '',
      forcePathStyle: true,
      credentials: s3,
    },
  };
}
