import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { systemCodeOf } from '../../runtime/system-error.js';

const POLL_MS = 50;

/** A running process. */
export interface ProcessInfo {
  parentPid: number;
  /** Program and arguments, separated by spaces. */
  command: string;
}

/** Returns true if a process with this id exists, also one of another user. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCodeOf(error) === 'EPERM';
  }
}

/** Returns the process with this id; null if there is none, or only a zombie. */
export async function processInfo(pid: number): Promise<ProcessInfo | null> {
  return process.platform === 'linux' ? readProc(pid) : runPs(pid);
}

/** Sends SIGTERM, then SIGKILL after `graceMs`. Resolves when the process has ended. */
export async function endProcess(pid: number, graceMs: number): Promise<void> {
  signal(pid, 'SIGTERM');
  const deadline = Date.now() + graceMs;
  while ((await processInfo(pid)) !== null) {
    if (Date.now() > deadline) signal(pid, 'SIGKILL');
    await delay(POLL_MS);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // ESRCH: the process has already ended.
    if (systemCodeOf(error) !== 'ESRCH') throw error;
  }
}

/** Reads /proc, because slim containers have no `ps`. */
async function readProc(pid: number): Promise<ProcessInfo | null> {
  try {
    const [stat, commandLine] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
    ]);
    // The second field is the program name in parentheses, which may contain spaces and parentheses.
    const [state, parentPid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z') return null;
    return { parentPid: Number(parentPid), command: commandLine.split('\0').join(' ').trim() };
  } catch {
    return null;
  }
}

function runPs(pid: number): Promise<ProcessInfo | null> {
  return new Promise((resolve) => {
    execFile('ps', ['-ww', '-o', 'ppid=,stat=,command=', '-p', String(pid)], (error, stdout) => {
      const [, parentPid, state, command] = /^\s*(\d+)\s+(\S+)\s+(.*)$/m.exec(stdout) ?? [];
      const runs = !error && command !== undefined && !state?.startsWith('Z');
      resolve(runs ? { parentPid: Number(parentPid), command } : null);
    });
  });
}
