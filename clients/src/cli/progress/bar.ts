import type { Console } from '../output/console.js';
import { oneLine } from '../output/one-line.js';
import { figures, type ProgressState, type ProgressView } from './progress-state.js';
import { Speed } from './speed.js';

const BAR_WIDTH = 20;
const REDRAW_MS = 100;

/** Renders a line shorter than `columns`. A full line would wrap, and the next one would not overwrite it. */
export function renderBar(state: ProgressState, bytesPerSecond: number | null, columns: number): string {
  const parts = [state.phase.padEnd(9), ...meter(state.percent), ...figures(state, bytesPerSecond)];
  const text = [parts.join('  '), state.detail].filter(Boolean).join('   ');
  return Array.from(oneLine(text))
    .slice(0, Math.max(0, columns - 1))
    .join('');
}

function meter(percent: number | null): string[] {
  if (percent === null) return [];
  const share = Math.min(100, Math.max(0, percent));
  const filled = Math.floor((share / 100) * BAR_WIDTH);
  return [
    `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${String(Math.floor(share)).padStart(3)} %`,
  ];
}

/** A line of a terminal that is written again; each phase begins a new one. */
export class ProgressBar implements ProgressView {
  private readonly speed = new Speed();
  private phase: string | undefined;
  private drawnAt = 0;

  constructor(
    private readonly console: Console,
    private readonly now: () => number = Date.now,
  ) {}

  show(state: ProgressState): void {
    const at = this.now();
    if (state.bytes !== undefined) this.speed.add(state.bytes, at);
    const isNewPhase = state.phase !== this.phase;
    if (!isNewPhase && state.percent !== 100 && at - this.drawnAt < REDRAW_MS) return;
    if (isNewPhase && state.phase === 'Saving') this.console.endBar();
    this.phase = state.phase;
    this.drawnAt = at;
    this.console.showBar(renderBar(state, this.speed.bytesPerSecond, this.console.columns));
  }

  end(): void {
    this.console.endBar();
  }
}
