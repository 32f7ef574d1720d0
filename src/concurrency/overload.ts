import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Requests under way at once. Each holds memory and a call to Temporal. */
const MAX_UNDER_WAY = 1_000;

/**
 * Share of a window that the event loop must have worked. A loop that was idle in between has no more work than it can
 * do: its delays come from a machine that gave the process no time.
 */
const BUSY_SHARE = 0.9;

const WINDOW_MS = 5_000;
const RESOLUTION_MS = 20;

/** Says that this process has more work than it can do in time. */
export class Overload {
  private underWay = 0;
  private isLate = false;

  /** @param maxDelayMs 99 of 100 turns of the event loop must be shorter. */
  constructor(private readonly maxDelayMs: number) {}

  get isOverloaded(): boolean {
    return this.isLate || this.underWay >= MAX_UNDER_WAY;
  }

  /** Counts a request. Returns a function to call when it is answered; further calls do nothing. */
  begin(): () => void {
    this.underWay += 1;
    let counts = 1;
    return () => {
      this.underWay -= counts;
      counts = 0;
    };
  }

  /**
   * Takes the measurements of one window.
   * @param delayMs delay of 99 of 100 turns of the event loop.
   * @param busyShare share of the window in which the event loop worked.
   */
  observe(delayMs: number, busyShare: number): void {
    this.isLate = delayMs > this.maxDelayMs && busyShare >= BUSY_SHARE;
  }
}

/** Measures the event loop for as long as the process runs. Call it after the start, which is one long turn. */
export function watchEventLoop(overload: Overload): void {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  let before = performance.eventLoopUtilization();
  // Whole windows only: of a few turns, the slowest one would be the percentile.
  const check = () => {
    const now = performance.eventLoopUtilization();
    overload.observe(delays.percentile(99) / 1e6, performance.eventLoopUtilization(now, before).utilization);
    delays.reset();
    before = now;
  };
  setInterval(check, WINDOW_MS).unref();
}
