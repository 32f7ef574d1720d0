import { type DownloadStatus, LonghaulClient, LonghaulError, type StartedDownload } from 'longhaul/client';
import type { FileId } from '../../contract/files.js';
import { type Output, createProgressBar } from './progress-bar.js';

/** A download did not complete. The message contains the reason. */
export class DownloadFailed extends Error {
  override readonly name = 'DownloadFailed';
  readonly code = 'DOWNLOAD_FAILED';
}

/** The request to start a download. */
export interface WantedDownload {
  fileIds: readonly FileId[];
  /** Name of the archive, without extension. */
  name: string;
}

export interface WatchOptions {
  /** Aborts at shutdown. */
  signal?: AbortSignal;
  timeoutMs?: number;
  /** Called once the job exists. */
  onStarted?: (started: StartedDownload) => void;
}

export interface WatchedDownload {
  jobId: string;
  /** Permanent link to the archive: each request redirects to a new signed link. */
  link: string;
}

const TIMEOUT_MS = 120_000;

/** Short, because the stack on this machine was healthy a moment ago. */
const RETRY_FOR_MS = 2_000;

/**
 * Downloads the given files through the API at `baseUrl`, and shows a progress bar until the archive is ready.
 * @throws DownloadFailed, or the reason of the signal.
 */
export async function watchDownload(
  baseUrl: string,
  { fileIds, name }: WantedDownload,
  output: Output,
  { signal: shutdown, timeoutMs = TIMEOUT_MS, onStarted }: WatchOptions = {},
): Promise<WatchedDownload> {
  const client = new LonghaulClient({ baseUrl, retryForMs: RETRY_FOR_MS });
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = shutdown ? AbortSignal.any([shutdown, timeout]) : timeout;
  const bar = createProgressBar(output);
  try {
    const started = await client.start({ fileIds: [...fileIds], archive: { name } }, { signal });
    onStarted?.(started);
    const status = await client.wait(started.jobId, { signal, onChange: (change) => bar.update(change) });
    bar.end();
    assertCompleted(status);
    return { jobId: started.jobId, link: new URL(started.downloadPath, baseUrl).href };
  } catch (error) {
    bar.end();
    if (error instanceof LonghaulError) throw new DownloadFailed(error.message, { cause: error });
    if (!timeout.aborted || shutdown?.aborted) throw error;
    throw new DownloadFailed(`It was not ready after ${timeoutMs / 1000} s.`, { cause: error });
  }
}

function assertCompleted({ status, error }: DownloadStatus): void {
  if (status === 'completed') return;
  const reason = error ? `${error.message} (${error.code})` : 'No reason was given.';
  throw new DownloadFailed(`It ended as ${status}: ${reason}`);
}
