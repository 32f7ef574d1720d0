import { join } from 'node:path';
import { NO_LIMITS, nginxArguments, type NginxFiles, writeNginxFiles } from './nginx-files.js';
import { Part } from './part.js';
import type { Programs } from './programs.js';

/** Returns nginx with the shipped configuration, without limits: all load comes from one address. */
export async function proxy(
  { nginx }: Pick<Programs, 'nginx'>,
  folder: string,
  wanted: Pick<NginxFiles, 'port' | 'apis' | 'store'>,
): Promise<Part> {
  const home = join(folder, 'nginx');
  const accessLog = join(folder, 'logs', 'nginx-access.log');
  await writeNginxFiles(home, { ...wanted, accessLog, limits: NO_LIMITS });
  const ready = async () => (await fetch(`http://127.0.0.1:${wanted.port}/metrics`)).status === 404;
  return new Part({ name: 'nginx', program: nginx, args: nginxArguments(home), ready }, folder);
}
