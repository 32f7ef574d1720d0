import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ServerProcess, spawnServer } from './server-process.js';

/** One of our own services, run as production runs it. */
export interface ServiceProcess extends ServerProcess {
  name: string;
  logFile: string;
}

/** A service that ends itself sooner would end the next time too: a setting is wrong. */
const SHORT_LIFE_MS = 10_000;

/**
 * Keeps a service running: one that ends though nobody stopped it is started again, unless it ended as soon as it had
 * begun. Only then its `exited` resolves, or when it is stopped.
 */
export async function keepService(
  start: () => Promise<ServiceProcess>,
  log: (line: string) => void,
): Promise<ServiceProcess> {
  let current = await start();
  let stopping = false;
  const keep = async (): Promise<string> => {
    for (;;) {
      const begun = Date.now();
      const how = await current.exited;
      const killed = how.startsWith('SIG');
      if (stopping || (!killed && Date.now() - begun < SHORT_LIFE_MS)) return how;
      log(`The ${current.name} ended (${how}); starting it again`);
      current = await start();
      if (stopping) await current.stop();
    }
  };
  const stop = async () => {
    stopping = true;
    await current.stop();
  };
  return { ...current, exited: keep(), stop };
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
