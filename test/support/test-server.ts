import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { waitFor } from './wait-for.js';

const KEPT_OUTPUT = 4 * 1024 * 1024;

/**
 * A real server under test. A watchdog kills it when a pipe from the test process closes, because jest emits no `exit`
 * event in tests and SIGKILL never emits one.
 */
export class TestServer {
  private child: ChildProcess | undefined;
  private watchdog: ChildProcess | undefined;
  private output = '';

  constructor(
    private readonly program: string,
    private readonly args: readonly string[],
    private readonly env: Record<string, string>,
    /** Removed when the server is stopped for good. */
    private readonly leftovers: readonly string[],
    /** True for a server with processes of its own, which a kill of the first one would leave. */
    private readonly isGroup = false,
  ) {}

  /** The last output of the server. */
  get log(): string {
    return this.output;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Exit code of the ended process; null while it runs, and after a signal ended it. */
  get exitCode(): number | null {
    return this.child?.exitCode ?? null;
  }

  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  start(): void {
    const child = spawn(this.program, this.args, {
      env: { ...process.env, ...this.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: this.isGroup,
    });
    const keep = (chunk: Buffer) => {
      this.output = (this.output + chunk.toString()).slice(-KEPT_OUTPUT);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => keep(Buffer.from(String(error))));
    this.child = child;
    if (child.pid !== undefined) this.watchdog = watch(this.isGroup ? -child.pid : child.pid, this.leftovers);
  }

  signal(name: NodeJS.Signals): void {
    this.child?.kill(name);
  }

  /** Freezes the server: it accepts connections and does nothing. Resolves when all its threads have stopped. */
  async pause(): Promise<void> {
    this.signal('SIGSTOP');
    await waitFor('the server to freeze', () => isFrozen(this.child!.pid!));
  }

  resume(): void {
    this.signal('SIGCONT');
  }

  /** Kills the server like a crash; its data stays. */
  async kill(): Promise<void> {
    await Promise.all([end(this.child, this.isGroup), end(this.watchdog)]);
    this.child = undefined;
    this.watchdog = undefined;
  }
}

/** Kills `pid`, a group when negative, and removes `leftovers` when the pipe to its standard input ends. */
function watch(pid: number, leftovers: readonly string[]): ChildProcess {
  // Ignore Ctrl-C, otherwise the watchdog would die before it cleans up.
  const script =
    'trap "" INT TERM HUP; pid=$1; shift; read -r _; kill -KILL -- "$pid" 2>/dev/null; rm -rf "$@"';
  return spawn('sh', ['-c', script, 'watchdog', String(pid), ...leftovers], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
}

async function isFrozen(pid: number): Promise<boolean> {
  if (process.platform !== 'linux') {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=', '-p', String(pid)]);
    return stdout.startsWith('T');
  }
  const threads = await readdir(`/proc/${pid}/task`);
  const states = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/stat`, 'utf8')),
  );
  // The state follows the program name, which is in parentheses and may contain parentheses.
  return states.every((state) => /\) T [^)]*$/.test(state));
}

async function end(child: ChildProcess | undefined, isGroup = false): Promise<void> {
  if (!child || child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'close');
  if (isGroup) process.kill(-child.pid, 'SIGKILL');
  else child.kill('SIGKILL');
  await ended;
}
