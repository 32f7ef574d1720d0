import type { DownloadStatus } from '../api.js';

const WINDOW_MS = 10_000;

/** Time and percent that progress must cover before it tells the time that is left. */
const MIN_TIME_MS = 3_000;
const MIN_PERCENT = 3;

interface Sample {
  at: number;
  bytes: number;
}

/** Speed and remaining time of one download. */
export class Speed {
  private samples: Sample[] = [];
  private first: { at: number; progress: number } | undefined;

  add({ bytesProcessed, progress, status }: DownloadStatus, now = Date.now()): void {
    if (status !== 'running') return;
    this.first ??= { at: now, progress };
    this.samples = [
      ...this.samples.filter(({ at }) => now - at <= WINDOW_MS),
      { at: now, bytes: bytesProcessed },
    ];
  }

  /** Average of the last ten seconds; null until there are two samples. */
  get bytesPerSecond(): number | null {
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    if (!first || !last || last.at === first.at) return null;
    return Math.round(((last.bytes - first.bytes) * 1_000) / (last.at - first.at));
  }

  /** The server's estimate, else one from progress; null until known. */
  secondsLeft({ etaSeconds, progress, status }: DownloadStatus, now = Date.now()): number | null {
    if (status !== 'running') return null;
    if (etaSeconds !== null) return rounded(etaSeconds);
    const { first } = this;
    if (!first || now - first.at < MIN_TIME_MS || progress - first.progress < MIN_PERCENT) return null;
    return rounded((((now - first.at) / (progress - first.progress)) * (100 - progress)) / 1_000);
  }
}

/** Rounds up: to 5 s, beyond a minute to minutes. */
function rounded(seconds: number): number {
  const step = seconds > 60 ? 60 : 5;
  return Math.ceil(seconds / step) * step;
}
