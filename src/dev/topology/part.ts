import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lastLines } from '../processes/run-command.js';
import { type ServerProcess, spawnServer } from '../processes/server-process.js';
import { readFile, stat } from 'node:fs/promises';

const POLL_MS = 100;
/** For a busy machine: the Temporal server took 20 s on one with ten processes for each core. */
const START_TIMEOUT_MS = 180_000;

export interface PartPlan {
  name: string;
  program: string;
  args: readonly string[];
  env?: Record<string, string>;
  /** Checks that the part works; rejects or returns false while it does not. */
  ready: () => Promise<boolean>;
  /** `ipc` for a process of Longhaul, which ends when this process does. */
  channel?: 'ipc';
}

/** A process of the topology, which can be killed and started again at the same address. */
export class Part {
  private server: ServerProcess | undefined;
  private logStart = 0;
  readonly logFile: string;

  constructor(
    private readonly plan: PartPlan,
    folder: string,
  ) {
    this.logFile = join(folder, 'logs', `${plan.name}.log`);
  }

  get name(): string {
    return this.plan.name;
  }

  get pid(): number | undefined {
    return this.server?.pid;
  }

  /** Everything that the process logged since its last start. */
  async log(): Promise<string> {
    return (await readFile(this.logFile)).toString('utf8', this.logStart);
  }

  /**
   * Starts the process and waits until it is ready.
   * @param moreEnv settings for this start alone.
   * @throws Error with the last lines of its log, if it ends or is not ready within 3 minutes.
   */
  async start(signal: AbortSignal, moreEnv: Record<string, string> = {}): Promise<void> {
    const { program, args, env = {}, channel } = this.plan;
    this.logStart = await stat(this.logFile).then(
      ({ size }) => size,
      () => 0,
    );
    const allEnv = { ...process.env, ...env, ...moreEnv };
    const server = await spawnServer(program, args, this.logFile, allEnv, channel);
    this.server = server;
    let ended: string | undefined;
    void server.exited.then((how) => (ended = how));
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!(await this.plan.ready().catch(() => false))) {
      signal.throwIfAborted();
      if (ended !== undefined || Date.now() > deadline)
        throw await this.failure(ended ?? 'no answer in 3 minutes');
      await delay(POLL_MS);
    }
  }

  /** Kills the process and its children like a crash. */
  async kill(): Promise<void> {
    if (this.pid === undefined || !this.server) return;
    process.kill(-this.pid, 'SIGKILL');
    await this.server.exited;
  }

  /** Sends SIGTERM, then SIGKILL after `graceMs`. */
  async stop(graceMs?: number): Promise<void> {
    await this.server?.stop(graceMs);
  }

  private async failure(how: string): Promise<Error> {
    const log = lastLines(await readFile(this.logFile, 'utf8').catch(() => ''));
    return new Error(`${this.name} did not start (${how}):\n${log}\nLog: ${this.logFile}`);
  }
}

/** Returns a check that a URL answers with success. */
export function answers(url: string): () => Promise<boolean> {
  return async () => (await fetch(url, { signal: AbortSignal.timeout(5_000) })).ok;
}
