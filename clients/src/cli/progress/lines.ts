import type { Console } from '../output/console.js';
import { oneLine } from '../output/one-line.js';
import { figures, type ProgressState, type ProgressView } from './progress-state.js';
import { Speed } from './speed.js';

const STEP_PERCENT = 10;
const STEP_MS = 30_000;

/** A line for each phase, each 10 % and each 30 s, without escapes: for logs. */
export class ProgressLines implements ProgressView {
  private readonly speed = new Speed();
  private last: { phase: string; step: number; at: number } | undefined;

  constructor(
    private readonly console: Console,
    private readonly now: () => number = Date.now,
  ) {}

  show(state: ProgressState): void {
    const at = this.now();
    if (state.bytes !== undefined) this.speed.add(state.bytes, at);
    const step = Math.floor((state.percent ?? 0) / STEP_PERCENT);
    const { last } = this;
    if (last && last.phase === state.phase && step <= last.step && at - last.at < STEP_MS) return;
    this.last = { phase: state.phase, step, at };
    this.console.note(this.line(state));
  }

  end(): void {
    this.last = undefined;
  }

  private line(state: ProgressState): string {
    const percent = state.percent === null ? [] : [`${Math.floor(state.percent)} %`];
    const parts = [...percent, ...figures(state, this.speed.bytesPerSecond), state.detail].filter(Boolean);
    return oneLine(parts.length === 0 ? state.phase : `${state.phase}: ${parts.join(', ')}`);
  }
}
