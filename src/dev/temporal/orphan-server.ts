import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { endProcess, processInfo } from '../processes/process-table.js';

/** Another running Longhaul uses the same data directory. */
export class AlreadyRunning extends Error {
  override readonly name = 'AlreadyRunning';
  readonly code = 'ALREADY_RUNNING';

  constructor(dataDir: string, pid: number) {
    super(
      `Longhaul is already running on ${dataDir} (process ${pid}). Stop it, or set DATA_DIR to another folder.`,
    );
  }
}

const GRACE_MS = 5_000;

/** Records the server's process id in `dataDir`, so that the next start can find it if this process is killed. */
export async function recordServer(dataDir: string, pid: number): Promise<void> {
  await writeFile(pidFile(dataDir), `${pid} ${process.pid}\n`);
}

/** Removes the recorded process id. Call it after the server has ended. */
export async function clearRecord(dataDir: string): Promise<void> {
  await rm(pidFile(dataDir), { force: true });
}

/**
 * Stops the server that a killed Longhaul left running on `dataDir`, because it holds the ports and the database.
 * @param marker Text that occurs in the server's command line, and in that of no other program.
 * @throws AlreadyRunning if the Longhaul that started the server is still running.
 */
export async function stopOrphanedServer(
  dataDir: string,
  marker: string,
  log: (line: string) => void,
): Promise<void> {
  const [pid, ownerPid] = await readPids(dataDir);
  const running = pid === undefined ? null : await processInfo(pid);
  // The system reuses process ids, so a process without the marker is another program.
  if (pid !== undefined && running?.command.includes(marker)) {
    // The system gives orphans a new parent, so an unchanged parent means that the owner is alive.
    if (running.parentPid === ownerPid) throw new AlreadyRunning(dataDir, ownerPid);
    log(`Stopping the Temporal server (process ${pid}) left by an earlier run`);
    await endProcess(pid, GRACE_MS);
  }
  await clearRecord(dataDir);
}

async function readPids(dataDir: string): Promise<number[]> {
  const content = await readFile(pidFile(dataDir), 'utf8').catch(() => '');
  return content.split(/\s+/).map(Number).filter(Boolean);
}

function pidFile(dataDir: string): string {
  return join(dataDir, 'temporal-server.pid');
}
