import type { DownloadStatus } from '../api.js';

const WINDOW_MS = 10_000;

/** Bytes of a running job at a time. */
export interface Sample {
  at: number;
  bytes: number;
}

/** Adds a sample of a running job, and drops those older than the window. */
export function withSample(
  samples: Sample[],
  { status, bytesProcessed }: DownloadStatus,
  now: number,
): Sample[] {
  if (status !== 'running') return samples;
  return [...samples.filter(({ at }) => now - at <= WINDOW_MS), { at: now, bytes: bytesProcessed }];
}

/** Average of the samples; null until there are two. */
export function speedOf(samples: Sample[]): number | null {
  const [first, last] = [samples[0], samples.at(-1)];
  const ms = (last?.at ?? 0) - (first?.at ?? 0);
  return ms > 0 ? Math.round(((last!.bytes - first!.bytes) * 1_000) / ms) : null;
}

/** The server's estimate, rounded up: to 5 s, beyond a minute to minutes. Null until known. */
export function secondsLeft(status: DownloadStatus | undefined): number | null {
  if (status?.status !== 'running' || status.etaSeconds === null) return null;
  const { etaSeconds } = status;
  const step = etaSeconds > 60 ? 60 : 5;
  return Math.ceil(etaSeconds / step) * step;
}
