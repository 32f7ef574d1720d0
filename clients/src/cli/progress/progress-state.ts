import { formatBytes, formatSeconds } from '../output/quantities.js';

export type Phase =
  | 'Starting'
  | 'Waiting'
  | 'Building'
  | 'Packaging'
  | 'Checking'
  | 'Saving'
  | 'Ready'
  | 'Failed'
  | 'Cancelled'
  | 'Expired';

/** A moment of a download. */
export interface ProgressState {
  phase: Phase;
  /** Null while unknown. */
  percent: number | null;
  bytes?: number | undefined;
  totalBytes?: number | null | undefined;
  secondsLeft?: number | null | undefined;
  /** Text at the end of the line. */
  detail?: string | undefined;
}

/** Shows progress. */
export interface ProgressView {
  show(state: ProgressState): void;
  end(): void;
}

/** Formats bytes, speed and remaining time; leaves out what is unknown. */
export function figures(state: ProgressState, bytesPerSecond: number | null): string[] {
  const { bytes, totalBytes, percent } = state;
  const left = state.secondsLeft ?? secondsLeft(state, bytesPerSecond);
  return [
    bytes ? (totalBytes ? `${formatBytes(bytes)} of ${formatBytes(totalBytes)}` : formatBytes(bytes)) : '',
    bytesPerSecond ? `${formatBytes(bytesPerSecond)}/s` : '',
    left !== null && left > 0 && percent !== 100 ? `${formatSeconds(left)} left` : '',
  ].filter((figure) => figure !== '');
}

function secondsLeft({ bytes, totalBytes, phase }: ProgressState, speed: number | null): number | null {
  if (phase !== 'Saving' || !speed || !totalBytes || bytes === undefined) return null;
  return (totalBytes - bytes) / speed;
}
