import { runAgain } from '../errors.js';
import { formatSeconds } from '../output/quantities.js';

const TICK_MS = 1_000;

/** A server that never answered is given up like one that does not take a start. */
const MAX_TICKS_BEFORE_NEWS = 90;

/** A server that was there may be away for a repair, but a command that nobody watches has to end. */
const MAX_TICKS = 3_600;

/** The time without an answer of the server. Its signal aborts when that is too long. */
export class Silence {
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private since: number | undefined;
  private fault: Error | undefined;
  private wasHeard = false;
  /** Counted, because a computer that sleeps does not wait. */
  private ticks = 0;

  /** @param onTick called each second of silence with its length. */
  constructor(private readonly onTick: (silentMs: number) => void) {
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  /** Aborts with a CommandError that tells to run the command again. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  begin(fault?: Error): void {
    this.since ??= Date.now();
    this.fault = fault ?? this.fault;
  }

  end(): void {
    this.since = undefined;
    this.ticks = 0;
    this.wasHeard = true;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private tick(): void {
    if (this.since === undefined) return;
    this.onTick(Date.now() - this.since);
    const limit = this.wasHeard ? MAX_TICKS : MAX_TICKS_BEFORE_NEWS;
    if (++this.ticks >= limit) this.controller.abort(tooLong(limit, this.fault));
  }
}

function tooLong(seconds: number, fault: Error | undefined) {
  const reason = fault?.message ?? 'The server does not answer.';
  return runAgain(`${reason} Gave up after ${formatSeconds(seconds)}: run the same command again.`, fault);
}
