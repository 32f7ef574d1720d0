import { type DownloadStatus, isFinal, type LonghaulClient } from '../../client/index.js';
import { jobProgress } from '../progress/job-progress.js';
import type { ProgressView } from '../progress/progress-state.js';
import { Silence } from './silence.js';

export interface FollowOptions {
  view: ProgressView;
  signal: AbortSignal;
  /** Called with each status. */
  onStatus?: () => void;
  onChange?: (status: DownloadStatus) => void;
}

/**
 * Follows a job until its final status, and shows its progress; says so when there is no news.
 * @throws CommandError if the server stays silent.
 */
export async function followJob(
  client: LonghaulClient,
  jobId: string,
  { view, signal, onStatus, onChange }: FollowOptions,
): Promise<DownloadStatus> {
  let last: DownloadStatus | undefined;
  const silence = new Silence((silentMs) => {
    if (last) view.show(jobProgress(last, silentMs));
  });
  const call = {
    signal: AbortSignal.any([signal, silence.signal]),
    onRetry: (error: Error) => silence.begin(error),
    onConnection: (state: string) => {
      if (state === 'reconnecting' || state === 'offline') silence.begin();
      else silence.end();
    },
  };
  try {
    for await (const status of client.watch(jobId, call)) {
      last = status;
      silence.end();
      onStatus?.();
      // The command reports the reason of any other end.
      if (!isFinal(status.status) || status.status === 'completed') view.show(jobProgress(status));
      onChange?.(status);
    }
    return last!;
  } finally {
    silence.stop();
    view.end();
  }
}
