import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { endProcess, processInfo } from '../processes/process-table.js';

/** Thrown when another Longhaul that still runs uses the same data directory. */
export class AlreadyRunning extends Error {
  override readonly name = 'AlreadyRunning';
  readonly code = 'ALREADY_RUNNING';

  constructor(dataDir: string, pid: number) {
    super(
      `Longhaul already runs on ${dataDir} (process ${pid}): stop it, or set DATA_DIR to another folder.`,
    );
  }
}

const GRACE_MS = 5_000;

/** Writes down which server belongs to `dataDir`, so that the next start can find it if this process is killed. */
export async function rememberServer(dataDir: string, pid: number): Promise<void> {
  await writeFile(pidFile(dataDir), `${pid} ${process.pid}\n`);
}

/** To be called when the server is known to be gone. */
export async function forgetServer(dataDir: string): Promise<void> {
  await rm(pidFile(dataDir), { force: true });
}

/**
 * Stops the server that a killed Longhaul left running on `dataDir`: it holds the ports and the database.
 * `mark` is a text that stands in its command line and in no other program's.
 * @throws AlreadyRunning when its Longhaul was not killed but runs.
 */
export async function stopOrphanedServer(
  dataDir: string,
  mark: string,
  log: (line: string) => void,
): Promise<void> {
  const [pid, ownerPid] = await readPids(dataDir);
  const running = pid === undefined ? null : await processInfo(pid);
  // Process ids are used again: without the mark this is some other program, not to be touched.
  if (pid !== undefined && running?.command.includes(mark)) {
    // An orphan has been given to another parent; so a parent that is still the owner is an owner that lives.
    if (running.parentPid === ownerPid) throw new AlreadyRunning(dataDir, ownerPid);
    log(`Stopping the Temporal server (process ${pid}) that an earlier run left behind`);
    await endProcess(pid, GRACE_MS);
  }
  await forgetServer(dataDir);
}

async function readPids(dataDir: string): Promise<number[]> {
  const content = await readFile(pidFile(dataDir), 'utf8').catch(() => '');
  return content.split(/\s+/).map(Number).filter(Boolean);
}

function pidFile(dataDir: string): string {
  return join(dataDir, 'temporal-server.pid');
}
