import { type DownloadStatus, isFinal, type LonghaulClient } from '../../client/index.js';
import { jobProgress } from '../progress/job-progress.js';
import type { ProgressView } from '../progress/progress-state.js';

const TICK_MS = 1_000;

export interface FollowOptions {
  view: ProgressView;
  signal: AbortSignal;
  /** Called with each status. */
  onStatus?: () => void;
  onChange?: (status: DownloadStatus) => void;
}

/** Follows a job until its final status, and shows its progress; says so when there is no news. */
export async function followJob(
  client: LonghaulClient,
  jobId: string,
  { view, signal, onStatus, onChange }: FollowOptions,
): Promise<DownloadStatus> {
  let last: DownloadStatus | undefined;
  let silentSince: number | undefined;
  const lost = () => void (silentSince ??= Date.now());
  const tick = setInterval(() => {
    if (last && silentSince !== undefined) view.show(jobProgress(last, Date.now() - silentSince));
  }, TICK_MS);
  const call = {
    signal,
    onRetry: lost,
    onConnection: (state: string) => {
      if (state === 'reconnecting' || state === 'offline') lost();
      else silentSince = undefined;
    },
  };
  try {
    for await (const status of client.watch(jobId, call)) {
      last = status;
      silentSince = undefined;
      onStatus?.();
      // The command reports the reason of any other end.
      if (!isFinal(status.status) || status.status === 'completed') view.show(jobProgress(status));
      onChange?.(status);
    }
    return last!;
  } finally {
    clearInterval(tick);
    view.end();
  }
}
