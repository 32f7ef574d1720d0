import { randomBytes } from 'node:crypto';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createObjectStore } from '../../storage/create-store.js';
import { freePorts } from '../processes/free-ports.js';
import type { Part } from './part.js';
import { createPostgres } from './postgres.js';
import type { DevPrograms, Programs } from './programs.js';
import { prometheus } from './prometheus.js';
import { proxy } from './proxy.js';
import { api, probe, worker } from './services.js';
import { BUCKET, s3PortOf, STORE_PORTS, storeProxy, storeServer } from './store.js';
import {
  apiKeySettings,
  newIdentities,
  type StoreIdentities,
  workerKeySettings,
} from './store-identities.js';
import { createNamespace, devServer, prepareSchema, TEMPORAL_PORTS, temporalServer } from './temporal.js';

const POLL_MS = 200;
const READY_TIMEOUT_MS = 180_000;

const APIS = 2;
const WORKERS = 2;

/** The file of the probe, as PROBE_FILE_ID names it by default. */
const PROBE_FILE = 'downloads/longhaul-probe';

/** Addresses of the running topology. */
export interface Addresses {
  /** Longhaul, through nginx. */
  baseUrl: string;
  /** The host of signed links: the store, through nginx. */
  storeHost: string;
  apis: string[];
  temporal: string;
  /** The store, through toxiproxy if that runs. */
  store: string;
  /** Control address; absent with the dev server. */
  toxiproxy?: string;
  /** Absent if it does not run. */
  prometheus?: string;
  bucket: string;
  /** The key of the store that may do everything. */
  accessKeyId: string;
  secretAccessKey: string;
}

type Ports = Awaited<ReturnType<typeof choosePorts>>;

/** All parts of a deployment as processes of this machine: by name, in the order of their start. */
export class Topology {
  private readonly parts = new Map<string, Part>();

  private constructor(
    readonly addresses: Addresses,
    private readonly identities: StoreIdentities,
    private readonly programs: Programs | DevPrograms,
    private readonly folder: string,
    private readonly ports: Ports,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Starts everything in an empty folder, and waits until `/health` answers through nginx. With Temporal's dev server
   * there is neither PostgreSQL nor toxiproxy.
   * @param settings more environment of the API and the workers.
   * @throws Error that names the part that did not start. Then nothing runs any more.
   */
  static async start(
    programs: Programs | DevPrograms,
    folder: string,
    signal: AbortSignal,
    settings: Record<string, string> = {},
  ): Promise<Topology> {
    await mkdir(join(folder, 'logs'), { recursive: true });
    // PostgreSQL and nginx run as other users.
    await chmod(folder, 0o755);
    const ports = await choosePorts();
    const identities = newIdentities();
    const addresses = addressesOf(ports, programs, identities);
    const topology = new Topology(addresses, identities, programs, folder, ports, signal);
    try {
      await topology.startTemporal();
      await topology.startStore();
      await topology.startServices(settings);
      await topology.startObservers();
      return topology;
    } catch (error) {
      await topology.stop();
      throw error;
    }
  }

  /** Process ids by name. */
  get pids(): Record<string, number | undefined> {
    return Object.fromEntries([...this.parts].map(([name, part]) => [name, part.pid]));
  }

  part(name: string): Part {
    return this.parts.get(name)!;
  }

  /** Ends everything, newest first. */
  async stop(): Promise<void> {
    for (const part of [...this.parts.values()].toReversed()) await part.stop();
  }

  private async add(part: Part): Promise<void> {
    this.parts.set(part.name, part);
    await part.start(this.signal);
  }

  private async startTemporal(): Promise<void> {
    const { folder, ports, programs } = this;
    const { database, temporalMetrics } = ports;
    if ('temporalCli' in programs)
      return this.add(devServer(programs, folder, temporalMetrics, ports.temporal));
    await this.add(await createPostgres(programs, folder, database));
    await prepareSchema(programs, database);
    await this.add(temporalServer(programs, folder, database, temporalMetrics, ports.temporal));
    await createNamespace(this.addresses.temporal, this.signal);
  }

  private async startStore(): Promise<void> {
    const { identities, folder, ports, programs } = this;
    await this.add(await storeServer(programs, folder, identities, ports.storeServer));
    const store = s3PortOf(ports.storeServer);
    const proxyPorts = { listen: ports.store, control: ports.toxiproxy, store };
    if ('toxiproxy' in programs) await this.add(await storeProxy(programs, folder, proxyPorts));
  }

  private async startServices(settings: Record<string, string>): Promise<void> {
    const { addresses, identities, folder, ports, programs } = this;
    const common = environmentOf(addresses);
    const ofApi = { ...common, ...apiKeySettings(identities), ...settings };
    const ofWorker = { ...common, ...workerKeySettings(identities), ...settings };
    await Promise.all([
      ...ports.apis.map((port, i) =>
        this.add(api(`api-${i + 1}`, folder, port, ports.apiMetrics[i]!, ofApi)),
      ),
      ...ports.workers.map((each, i) => this.add(worker(`worker-${i + 1}`, folder, each, ofWorker))),
    ]);
    const store = { address: new URL(addresses.store).host, port: ports.storeHost };
    await this.add(await proxy(programs, folder, { port: ports.nginx, apis: ports.apis.map(local), store }));
    await until('nginx leads to a healthy API', () => healthy(addresses.baseUrl), this.signal);
  }

  private async startObservers(): Promise<void> {
    const { addresses, folder, ports, programs } = this;
    if (programs.prometheus === undefined) return;
    await this.writeProbeFile();
    await this.add(probe(folder, addresses.baseUrl, ports.probe));
    await this.add(await prometheus(programs.prometheus, folder, ports.prometheus, targetsOf(ports)));
  }

  private async writeProbeFile(): Promise<void> {
    const { store: endpoint, bucket, accessKeyId, secretAccessKey } = this.addresses;
    const credentials = { accessKeyId, secretAccessKey };
    const s3 = { endpoint, region: 'us-east-1', bucket, forcePathStyle: true, credentials };
    const store = await createObjectStore({ kind: 's3', dataDir: this.folder, s3 });
    const file = Buffer.from('The probe of Longhaul downloads this file.\n');
    // A server may answer before its disk is ready.
    await until('the store takes an object', () => store.write(PROBE_FILE, file), this.signal);
  }
}

async function choosePorts() {
  const ports = await freePorts(8 + 2 * APIS + 2 * WORKERS + TEMPORAL_PORTS + STORE_PORTS);
  const take = (count: number) => ports.splice(0, count);
  const one = () => ports.shift()!;
  return {
    nginx: one(),
    storeHost: one(),
    database: one(),
    store: one(),
    toxiproxy: one(),
    probe: one(),
    prometheus: one(),
    temporalMetrics: one(),
    apis: take(APIS),
    apiMetrics: take(APIS),
    workers: Array.from({ length: WORKERS }, () => ({ port: one(), temporalPort: one() })),
    temporal: take(TEMPORAL_PORTS),
    storeServer: take(STORE_PORTS),
  };
}

function addressesOf(ports: Ports, programs: Programs | DevPrograms, { owner }: StoreIdentities): Addresses {
  const hasProxy = 'toxiproxy' in programs;
  return {
    baseUrl: urlOf(ports.nginx),
    storeHost: urlOf(ports.storeHost),
    apis: ports.apis.map(urlOf),
    temporal: local(ports.temporal[0]!),
    store: urlOf(hasProxy ? ports.store : s3PortOf(ports.storeServer)),
    ...(hasProxy && { toxiproxy: urlOf(ports.toxiproxy) }),
    ...(programs.prometheus !== undefined && { prometheus: urlOf(ports.prometheus) }),
    bucket: BUCKET,
    ...owner,
  };
}

/** The jobs of Prometheus, named as in deploy/prometheus/prometheus.yml. */
function targetsOf(ports: Ports): Record<string, string[]> {
  return {
    api: ports.apiMetrics.map(local),
    worker: ports.workers.map(({ port }) => local(port)),
    'temporal-sdk': ports.workers.map(({ temporalPort }) => local(temporalPort)),
    probe: [local(ports.probe)],
    temporal: [local(ports.temporalMetrics)],
  };
}

function environmentOf({ temporal, store, storeHost }: Addresses): Record<string, string> {
  return {
    TEMPORAL_ADDRESS: temporal,
    HOST: '127.0.0.1',
    TRUST_PROXY: '1',
    OBJECT_STORE: 's3',
    S3_ENDPOINT: store,
    S3_PUBLIC_ENDPOINT: storeHost,
    S3_BUCKET_NAME: BUCKET,
    S3_FORCE_PATH_STYLE: 'true',
    STREAM_TICKET_SECRET: randomBytes(32).toString('base64url'),
    SHUTDOWN_GRACE_MS: '3000',
    MAX_QUEUED_JOBS_PER_USER: '10000',
  };
}

function local(port: number): string {
  return `127.0.0.1:${port}`;
}

function urlOf(port: number): string {
  return `http://${local(port)}`;
}

async function healthy(baseUrl: string): Promise<void> {
  const response = await fetch(`${baseUrl}/health`, { signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error(await response.text());
}

/** Repeats `action` until it succeeds. @throws Error after 3 minutes, or the reason of the signal. */
async function until(what: string, action: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    try {
      await action();
      return;
    } catch (cause) {
      if (Date.now() > deadline) throw new Error(`Not ready: ${what}.`, { cause });
    }
    await delay(POLL_MS, undefined, { signal });
  }
}
