import { chmod, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SHIPPED = fileURLToPath(new URL('../../../deploy/nginx', import.meta.url));

/** Nginx's folders for parts of requests. Its own may be written only by root. */
const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** Limits that no load from one address reaches. */
export const NO_LIMITS = ['requests', 'starts']
  .map((zone) => `limit_req_zone $binary_remote_addr zone=${zone}:10m rate=100000r/s;\n`)
  .join('');

export interface NginxFiles {
  port: number;
  /** Addresses `host:port` of the API servers. */
  apis: readonly string[];
  /** Address `host:port` of the store, and the port of its host; without it the store has no host of its own. */
  store?: { address: string; port: number } | undefined;
  accessLog: string;
  /** Content of `limits.conf`, else the shipped one. */
  limits?: string | undefined;
  /** Content of `real-ip.conf`, else the shipped one. */
  realIp?: string | undefined;
}

/** Copies the shipped configuration into `folder`, and replaces the files that an installation writes. */
export async function writeNginxFiles(folder: string, wanted: NginxFiles): Promise<void> {
  const { port, apis, store, accessLog, limits, realIp } = wanted;
  await cp(SHIPPED, folder, { recursive: true });
  await mkdir(join(folder, 'temp'));
  // The processes of nginx are not root's, and keep large bodies here.
  await chmod(folder, 0o755);
  const storeHost = await readFile(join(SHIPPED, 'store.conf'), 'utf8');
  const files: Record<string, string | undefined> = {
    'upstream.conf': upstream('api', apis) + (store ? upstream('store', [store.address]) : ''),
    'listen.conf': listening(port, folder),
    'log.conf': `access_log ${accessLog} json;`,
    'limits.conf': limits,
    'real-ip.conf': realIp,
    'store.conf': store && storeHost.replace('listen 8333;', listening(store.port, folder)),
  };
  for (const [name, text] of Object.entries(files)) {
    if (text !== undefined) await writeFile(join(folder, name), text);
  }
  if (!store) await rm(join(folder, 'store.conf'));
}

/** Arguments of an nginx in the foreground whose files are all in one folder. */
export function nginxArguments(folder: string): string[] {
  return ['-p', folder, '-c', join(folder, 'nginx.conf'), '-g', `daemon off; pid ${folder}/nginx.pid;`];
}

function upstream(name: string, servers: readonly string[]): string {
  const lines = servers.map((server) => `server ${server} max_fails=0;`);
  return `upstream ${name} { zone ${name} 64k; least_conn; ${lines.join(' ')} keepalive 128; keepalive_timeout 55s; }\n`;
}

function listening(port: number, folder: string): string {
  const temporary = TEMPORARY.map((name) => `${name}_temp_path ${folder}/temp/${name};`);
  return [`listen 127.0.0.1:${port};`, ...temporary].join('\n');
}
