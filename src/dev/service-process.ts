import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ServerProcess, spawnServer } from './server-process.js';

/** One of our own services, run as production runs it. */
export interface ServiceProcess extends ServerProcess {
  name: string;
  logFile: string;
}

/** Starts the service in `file` with its log below `dataDir`. It ends with us, however we end. */
export async function startService(
  name: string,
  file: URL,
  dataDir: string,
  env: NodeJS.ProcessEnv,
): Promise<ServiceProcess> {
  const folder = join(dataDir, 'logs');
  await mkdir(folder, { recursive: true });
  const logFile = join(folder, `${name}.log`);
  const server = await spawnServer(process.execPath, [fileURLToPath(file)], logFile, env, 'ipc');
  return { ...server, name, logFile };
}
