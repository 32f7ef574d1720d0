import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { waitFor } from './wait-for.js';

const KEPT_OUTPUT = 4 * 1024 * 1024;

/**
 * A real server under test. It cannot outlive the test process, however that ends: jest gives tests no `exit` event,
 * and SIGKILL gives none to anybody, so a watchdog waits for the end of a pipe that closes with the process.
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
  ) {}

  /** The last of what the server printed. */
  get log(): string {
    return this.output;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  start(): void {
    const child = spawn(this.program, this.args, {
      env: { ...process.env, ...this.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (chunk: Buffer) => {
      this.output = (this.output + chunk.toString()).slice(-KEPT_OUTPUT);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => keep(Buffer.from(String(error))));
    this.child = child;
    if (child.pid !== undefined) this.watchdog = watch(child.pid, this.leftovers);
  }

  signal(name: NodeJS.Signals): void {
    this.child?.kill(name);
  }

  /** Lets it hang: it accepts connections and does nothing. Resolves when none of its threads runs any more. */
  async pause(): Promise<void> {
    this.signal('SIGSTOP');
    await waitFor('the server to stand still', () => standsStill(this.child!.pid!));
  }

  resume(): void {
    this.signal('SIGCONT');
  }

  /** Ends the server at once, as a crash would; what it stored stays. */
  async kill(): Promise<void> {
    await Promise.all([end(this.child), end(this.watchdog)]);
    this.child = undefined;
    this.watchdog = undefined;
  }
}

/** Kills `pid` and removes `leftovers` when the pipe to its standard input ends. */
function watch(pid: number, leftovers: readonly string[]): ChildProcess {
  // Ctrl-C reaches it too; it must live on to do its work.
  const script = 'trap "" INT TERM HUP; pid=$1; shift; read -r _; kill -KILL "$pid" 2>/dev/null; rm -rf "$@"';
  return spawn('sh', ['-c', script, 'watchdog', String(pid), ...leftovers], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
}

async function standsStill(pid: number): Promise<boolean> {
  if (process.platform !== 'linux') {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=', '-p', String(pid)]);
    return stdout.startsWith('T');
  }
  const threads = await readdir(`/proc/${pid}/task`);
  const states = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/stat`, 'utf8')),
  );
  // The state stands behind the program's name, which is in parentheses and may hold others.
  return states.every((state) => /\) T [^)]*$/.test(state));
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'close');
  child.kill('SIGKILL');
  await ended;
}
