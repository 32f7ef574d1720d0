import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answers, Part } from './part.js';
import type { Programs } from './programs.js';
import { START_STORE, storeEnvironment, type StoreIdentities } from './store-identities.js';

export const BUCKET = 'longhaul';

const COMPONENTS = ['master', 'volume', 'filer', 's3', 'admin'].flatMap((part) => [
  `${part}.port`,
  `${part}.port.grpc`,
]);
export const STORE_PORTS = COMPONENTS.length;

export function s3PortOf(ports: readonly number[]): number {
  return ports[COMPONENTS.indexOf('s3.port')]!;
}

/** Returns the SeaweedFS server, with one key for each part of Longhaul. */
export async function storeServer(
  { weed }: Pick<Programs, 'weed'>,
  folder: string,
  identities: StoreIdentities,
  ports: readonly number[],
): Promise<Part> {
  const data = join(folder, 'store');
  await mkdir(data);
  const args = [
    START_STORE,
    '-logtostderr',
    'mini',
    `-dir=${data}`,
    `-bucket=${BUCKET}`,
    '-ip=127.0.0.1',
    '-ip.bind=127.0.0.1',
    '-webdav=false',
    '-admin.ui=false',
    '-s3.iam=false',
    '-s3.port.iceberg=0',
    '-s3.port.lance=0',
    '-master.telemetry=false',
    ...['filer', 's3'].map((part) => `-${part}.localSocket=${join(data, `${part}.sock`)}`),
    ...COMPONENTS.map((name, i) => `-${name}=${ports[i]}`),
  ];
  const config = join(folder, 's3.json');
  const env = storeEnvironment(identities, { weed, config, bucket: BUCKET });
  const ready = answers(`http://127.0.0.1:${s3PortOf(ports)}/healthz`);
  return new Part({ name: 'store', program: '/bin/sh', args, env, ready }, folder);
}

/** Returns toxiproxy in front of the store. The drill adds faults at its control port. */
export async function storeProxy(
  { toxiproxy }: Pick<Programs, 'toxiproxy'>,
  folder: string,
  ports: { listen: number; control: number; store: number },
): Promise<Part> {
  const config = join(folder, 'toxiproxy.json');
  const proxy = { listen: `127.0.0.1:${ports.listen}`, upstream: `127.0.0.1:${ports.store}`, enabled: true };
  await writeFile(config, JSON.stringify([{ name: 'store', ...proxy }]));
  const args = ['-host', '127.0.0.1', '-port', String(ports.control), '-config', config];
  const ready = answers(`http://127.0.0.1:${ports.control}/proxies/store`);
  return new Part({ name: 'toxiproxy', program: toxiproxy, args, ready }, folder);
}
