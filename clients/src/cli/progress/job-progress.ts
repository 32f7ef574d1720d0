import type { DownloadStatus } from '../../client/index.js';
import { formatSeconds } from '../output/quantities.js';
import type { Phase, ProgressState } from './progress-state.js';

const PHASES: Partial<Record<string, Phase>> = {
  queued: 'Waiting',
  running: 'Building',
  processing_artifacts: 'Packaging',
  completed: 'Ready',
  failed: 'Failed',
  cancelled: 'Cancelled',
  expired: 'Expired',
};

const SILENT_MS = 30_000;

/** Makes the progress of a job from its status. @param silentMs time since the last news. */
export function jobProgress(status: DownloadStatus, silentMs = 0): ProgressState {
  return {
    phase: PHASES[status.status] ?? 'Building',
    percent: status.progress,
    bytes: status.status === 'running' ? status.bytesProcessed : undefined,
    totalBytes: status.bytesTotal,
    secondsLeft: silentMs > 0 ? null : status.etaSeconds,
    detail: detailOf(status, silentMs),
  };
}

function detailOf(
  { message, attempts, queuePosition, stale, status }: DownloadStatus,
  silentMs: number,
): string {
  if (silentMs >= SILENT_MS) {
    return `No news for ${formatSeconds(silentMs / 1_000)}. It goes on as soon as the server answers.`;
  }
  const parts = [message.replace(/^Ready: /, '')];
  if (status === 'queued' && queuePosition !== null) {
    parts.push(`number ${queuePosition} of your downloads; it starts by itself`);
  }
  if (attempts > 1 && (status === 'running' || status === 'queued')) parts.push(`attempt ${attempts}`);
  if (stale) parts.push('no news from the worker');
  return parts.join(' · ');
}
