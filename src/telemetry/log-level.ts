import { pino } from 'pino';

/** Levels that a step goes through, from the configured one to more detail. */
const STEPS = ['info', 'debug', 'trace'] as const;

/** Time for which a step holds: long enough to watch a failing job, too short to fill a disk unnoticed. */
const STEP_MS = 10 * 60_000;

/** The level of a logger and of all its children. It can be changed while the process runs. */
export class LogLevel {
  private current: string;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly configured: string) {
    this.current = configured;
  }

  /** Returns true for a line that is written. @param value pino's number of a level. */
  passes(value: number): boolean {
    return value >= (pino.levels.values[this.current] ?? Infinity);
  }

  /** Steps to the next level of detail, after the last one back to the configured one. Returns to it by itself. */
  step(onReturn: (level: string) => void = () => {}): string {
    clearTimeout(this.timer);
    this.current = this.next() ?? this.configured;
    if (this.current !== this.configured) {
      this.timer = setTimeout(() => {
        this.current = this.configured;
        onReturn(this.current);
      }, STEP_MS).unref();
    }
    return this.current;
  }

  private next(): string | undefined {
    const value = pino.levels.values[this.current] ?? Infinity;
    return STEPS.find((level) => pino.levels.values[level]! < value);
  }
}
