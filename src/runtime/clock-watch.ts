/** The part of a logger that reports to operators. */
export interface OperatorLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** Tolerated difference: longer than any request takes, and short enough for links that live for minutes. */
const TOLERANCE_MS = 30_000;

const REPEAT_MS = 3_600_000;

/** Compares the clock of this machine with another server's, and warns once an hour while they differ. */
export class ClockWatch {
  private warnedAt: number | undefined;

  /**
   * @param other the owner of the other clock, such as `the object store`.
   * @param now a clock in milliseconds that nobody adjusts.
   */
  constructor(
    private readonly other: string,
    private readonly log: OperatorLog,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * Takes a measurement: this clock is ahead by at least and at most so many milliseconds, behind when negative. Bounds
   * that contradict each other are ignored, because this clock was adjusted in between.
   */
  observe(atLeastMs: number, atMostMs = atLeastMs): void {
    if (atLeastMs > atMostMs) return;
    if (atLeastMs > TOLERANCE_MS) this.warn(`${secondsOf(atLeastMs)} ahead of`, 'early');
    else if (atMostMs < -TOLERANCE_MS) this.warn(`${secondsOf(-atMostMs)} behind`, 'late, or are rejected');
    else if (atLeastMs >= -TOLERANCE_MS && atMostMs <= TOLERANCE_MS) this.agree();
  }

  private warn(difference: string, when: string): void {
    if (this.warnedAt !== undefined && this.now() - this.warnedAt < REPEAT_MS) return;
    this.warnedAt = this.now();
    this.log.warn(
      {},
      `The clock of this machine is ${difference} the clock of ${this.other}. ` +
        `Archives, links and tokens expire ${when}. Synchronize both clocks with NTP.`,
    );
  }

  private agree(): void {
    if (this.warnedAt === undefined) return;
    this.warnedAt = undefined;
    this.log.info({}, `The clock of this machine agrees with the clock of ${this.other} again.`);
  }
}

function secondsOf(ms: number): string {
  return `${Math.round(ms / 1_000).toLocaleString('en-US')} s`;
}
