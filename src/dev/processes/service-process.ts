import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ServerProcess, spawnServer } from './server-process.js';

/** A Longhaul service, started with its production entry point. */
export interface ServiceProcess extends ServerProcess {
  name: string;
  logFile: string;
}

/** A service that exits sooner than this is not restarted: a setting is wrong, so it would exit again. */
const MIN_UPTIME_MS = 10_000;

/**
 * Starts a service and restarts it if it crashes. Does not restart one that exits within 10 s of its start. `exited`
 * resolves only then, or after `stop`.
 */
export async function superviseService(
  start: () => Promise<ServiceProcess>,
  log: (line: string) => void,
): Promise<ServiceProcess> {
  let current = await start();
  let stopping = false;
  const supervise = async (): Promise<string> => {
    for (;;) {
      const startedAt = Date.now();
      const how = await current.exited;
      const killed = how.startsWith('SIG');
      if (stopping || (!killed && Date.now() - startedAt < MIN_UPTIME_MS)) return how;
      log(`The ${current.name} process ended (${how}). Restarting it.`);
      current = await start();
      if (stopping) await current.stop();
    }
  };
  const stop = async () => {
    stopping = true;
    await current.stop();
  };
  return { ...current, exited: supervise(), stop };
}

/** Starts the service in `file` and logs to `dataDir`. The service ends with this process, even on SIGKILL. */
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
