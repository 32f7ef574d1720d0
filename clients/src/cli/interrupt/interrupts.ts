import type { Console } from '../output/console.js';
import { UsageError } from '../errors.js';
import { EXIT } from '../exit-codes.js';
import { Interrupted, type Leaving } from './interrupted.js';
import { KeyPresses } from './key-press.js';

export type Policy = 'ask' | Leaving;

const STOPPING = ['SIGTERM', 'SIGHUP'] as const;

/** Words of the question; they differ by phase. */
export interface Question {
  detach: string;
  cancel: string;
}

/** Turns Ctrl-C into a decision, and the decision into an aborted signal. */
export class Interrupts {
  private readonly controller = new AbortController();
  private keys: KeyPresses | undefined;
  question: Question = { detach: 'detach', cancel: 'cancel' };

  constructor(
    private readonly console: Console,
    private readonly policy: Policy,
  ) {}

  /** Aborts with an Interrupted. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  listen(): void {
    process.on('SIGINT', this.onInterrupt);
    for (const name of STOPPING) process.on(name, this.onStop);
  }

  stop(): void {
    this.endQuestion('');
    process.off('SIGINT', this.onInterrupt);
    for (const name of STOPPING) process.off(name, this.onStop);
  }

  private readonly onInterrupt = (): void => {
    this.exitIfLeaving();
    if (this.keys) {
      this.leave('detach');
      return;
    }
    this.keys = this.policy === 'ask' && this.console.stderrIsTerminal ? KeyPresses.open() : undefined;
    if (this.keys) this.askOn(this.keys);
    else this.leave(this.policy === 'cancel' ? 'cancel' : 'detach');
  };

  private readonly onStop = (): void => {
    this.exitIfLeaving();
    this.leave('detach');
  };

  /** The last way out, when even leaving takes too long. */
  private exitIfLeaving(): void {
    if (this.signal.aborted) process.exit(EXIT.interrupted);
  }

  private askOn(keys: KeyPresses): void {
    const { detach, cancel } = this.question;
    keys.start((key) => {
      const answer = key.trim().toLowerCase();
      if (answer === 'k') this.endQuestion('keep waiting');
      else if (answer === 'c') this.leave('cancel');
      else if (answer === 'd' || answer === '' || answer === 'ctrl-c') this.leave('detach');
    });
    this.console.ask(`d ${detach} (default) · c ${cancel} · k keep waiting: `);
  }

  private leave(leaving: Leaving): void {
    this.endQuestion(this.question[leaving]);
    this.controller.abort(new Interrupted(leaving));
  }

  private endQuestion(answer: string): void {
    if (!this.keys) return;
    this.keys.stop();
    this.keys = undefined;
    this.console.release(answer);
  }
}

/** Reads `--on-interrupt`. */
export function policyOf(value: string | undefined): Policy {
  if (value === undefined || value === 'ask') return 'ask';
  if (value === 'detach' || value === 'cancel') return value;
  throw new UsageError(`--on-interrupt must be ask, detach or cancel, not "${value}".`);
}
