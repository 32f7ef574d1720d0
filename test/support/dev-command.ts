import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePorts } from '../../src/dev/processes/free-ports.js';
import { TestServer } from './test-server.js';
import { run } from './unpack.js';
import { waitFor } from './wait-for.js';

/** `npm start` or `npm run demo` on free ports and a data folder of its own. */
export class DevCommand {
  started: TestServer | undefined;

  private constructor(
    readonly dataDir: string,
    readonly env: Record<string, string>,
    private readonly script: string,
  ) {}

  static async create(temporalCli: string, script = 'dist/dev/start.js'): Promise<DevCommand> {
    const dataDir = await mkdtemp(join(tmpdir(), 'longhaul-start-'));
    const [port, temporalPort, uiPort] = await freePorts(3);
    const env = {
      DATA_DIR: dataDir,
      PORT: String(port),
      TEMPORAL_PORT: String(temporalPort),
      TEMPORAL_UI_PORT: String(uiPort),
      TEMPORAL_CLI_PATH: temporalCli,
    };
    return new DevCommand(dataDir, env, script);
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.env['PORT']}`;
  }

  get log(): string {
    return this.started?.log ?? '';
  }

  /** Starts the command without waiting. */
  run(args: readonly string[] = [], env: Record<string, string> = {}): TestServer {
    const command = [resolve(this.script), ...args];
    this.started = new TestServer(process.execPath, command, { ...this.env, ...env }, [this.dataDir]);
    this.started.start();
    return this.started;
  }

  /** Starts the command and waits until it has printed `text`. */
  async start(
    args: readonly string[] = [],
    env: Record<string, string> = {},
    text = 'Jobs and files are kept',
  ) {
    const started = this.run(args, env);
    await this.printed(text);
    return started;
  }

  async printed(text: string, timeoutMs = 60_000): Promise<void> {
    const hasPrinted = () => !this.started?.isRunning || this.log.includes(text);
    await waitFor(`the output "${text}"`, hasPrinted, timeoutMs);
    if (!this.log.includes(text)) throw new Error(`It ended:\n${this.log}`);
  }

  /** Presses Ctrl-C, and waits until no process is left. */
  async stop(): Promise<void> {
    this.started?.signal('SIGINT');
    await waitFor('everything to stop', () => !this.started?.isRunning);
    await waitFor('no process to be left', async () => (await this.processes()).length === 0);
    await this.started?.kill();
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  /** Processes that name the data folder in their command line, except the test's own watchdog. */
  async processes(): Promise<string[]> {
    const listing = await run('ps', ['-eww', '-o', 'pid=,command=']);
    return listing.split('\n').filter((line) => line.includes(this.dataDir) && !line.includes('watchdog'));
  }
}
