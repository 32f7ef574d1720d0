import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buffer, text } from 'node:stream/consumers';

const LONGHAUL = resolve('clients/bin/longhaul.js');
const TERMINAL = resolve('test/support/terminal.py');

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  /** Standard input; closed when absent. */
  input?: string;
  env?: Record<string, string>;
  /** Redirections of a shell, such as `> /dev/full`. */
  redirect?: string;
}

/** The built command `longhaul` of a user with a home of its own. */
export class CommandLine {
  private constructor(
    /** Working folder of each command. */
    readonly folder: string,
    private readonly env: Record<string, string>,
  ) {}

  static async create(url: string, env: Record<string, string> = {}): Promise<CommandLine> {
    const folder = await mkdtemp(join(tmpdir(), 'longhaul-cli-'));
    const home = join(folder, '.home');
    const folders = {
      HOME: home,
      XDG_CONFIG_HOME: join(home, 'config'),
      XDG_STATE_HOME: join(home, 'state'),
    };
    const own = { LONGHAUL_API_KEY: '', LONGHAUL_TOKEN: '', NO_COLOR: '', TERM: 'xterm', ...folders };
    return new CommandLine(folder, { ...own, LONGHAUL_URL: url, ...env });
  }

  /** Runs a command without a terminal. */
  run(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    return this.spawn(args, options).ended;
  }

  /** Runs a command, and returns its standard output as bytes. */
  async bytes(args: readonly string[]): Promise<Ended & { bytes: Buffer }> {
    const child = this.child(process.execPath, [LONGHAUL, ...args], {});
    const [bytes, stderr, [code]] = await Promise.all([
      buffer(child.stdout!),
      text(child.stderr!),
      once(child, 'exit') as Promise<[number | null]>,
    ]);
    return { bytes, code, stdout: '', stderr };
  }

  /** Starts a command without a terminal. */
  spawn(
    args: readonly string[],
    options: RunOptions = {},
  ): { child: ChildProcess; shown: () => string; ended: Promise<Ended> } {
    const shell = ['-c', `exec "$0" "$@" ${options.redirect ?? ''}`, process.execPath];
    const child = this.child('sh', [...shell, LONGHAUL, ...args], options);
    let stderr = '';
    child.stderr!.on('data', (data: Buffer) => (stderr += data.toString()));
    const ended = Promise.all([text(child.stdout!), once(child, 'close') as Promise<[number | null]>]).then(
      ([stdout, [code]]) => ({ code, stdout, stderr }),
    );
    return { child, shown: () => stderr, ended };
  }

  /**
   * Runs a command on a pseudo terminal.
   * @param steps each waits for a text, and then presses keys.
   */
  onTerminal(
    args: readonly string[],
    steps: readonly (readonly [string, string])[] = [],
    options: RunOptions = {},
  ): Promise<Ended> {
    const command = [TERMINAL, JSON.stringify(steps), process.execPath, LONGHAUL, ...args];
    const child = this.child('python3', command, options);
    return Promise.all([
      text(child.stdout!),
      text(child.stderr!),
      once(child, 'close') as Promise<[number | null]>,
    ]).then(([stdout, stderr, [code]]) => ({ code, stdout, stderr }));
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  private child(program: string, args: readonly string[], { input, env }: RunOptions): ChildProcess {
    const settings = { ...process.env, ...this.env, ...env };
    const child = spawn(program, args, { cwd: this.folder, env: settings, stdio: 'pipe' });
    // A command may end without reading its input.
    child.stdin.on('error', () => {});
    child.stdin.end(input ?? '');
    return child;
  }
}
