import { setTimeout as delay } from 'node:timers/promises';
import type { DownloadStatus, StartedDownload } from '../../contract/http/answers.js';
import type { FileId } from '../../contract/files.js';
import { isFinal } from '../../contract/snapshot.js';
import { messageWithCause } from '../errors.js';
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

// Polls faster than `nextPollInMs` advises, because a person watches the bar.
const MAX_POLL_MS = 250;
const TIMEOUT_MS = 120_000;
const REQUEST_TIMEOUT_MS = 10_000;
// Rate limited, or temporarily unavailable.
const RETRYABLE = new Set([429, 503]);

/**
 * Downloads the given files through the HTTP API at `baseUrl`, and shows a progress bar until the archive is ready.
 * @throws DownloadFailed, or the reason of the signal.
 */
export async function watchDownload(
  baseUrl: string,
  wanted: WantedDownload,
  output: Output,
  { signal: shutdown, timeoutMs = TIMEOUT_MS, onStarted }: WatchOptions = {},
): Promise<WatchedDownload> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = shutdown ? AbortSignal.any([shutdown, timeout]) : timeout;
  try {
    const started = await initiate(baseUrl, wanted, signal);
    onStarted?.(started);
    await follow(baseUrl, started.jobId, output, signal);
    return { jobId: started.jobId, link: new URL(started.downloadPath, baseUrl).href };
  } catch (error) {
    if (error instanceof DownloadFailed || shutdown?.aborted) throw error;
    const reason = timeout.aborted
      ? `It was not ready after ${timeoutMs / 1000} s.`
      : `The service does not answer: ${messageWithCause(error)}.`;
    throw new DownloadFailed(reason, { cause: error });
  }
}

async function initiate(
  baseUrl: string,
  { fileIds, name }: WantedDownload,
  signal: AbortSignal,
): Promise<StartedDownload> {
  const response = await request(new URL('/v1/download/initiate', baseUrl), signal, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ fileIds, archive: { name } }),
  });
  return bodyOf<StartedDownload>(response);
}

/** Polls the status until the job has completed. */
async function follow(baseUrl: string, jobId: string, output: Output, signal: AbortSignal): Promise<void> {
  const url = new URL(`/v1/download/status/${encodeURIComponent(jobId)}`, baseUrl);
  const bar = createProgressBar(output);
  try {
    for (;;) {
      const status = await readStatus(url, signal);
      if (status) bar.update(status);
      if (status && isFinal(status.status)) return assertCompleted(status);
      await delay(Math.min(status?.nextPollInMs ?? MAX_POLL_MS, MAX_POLL_MS), undefined, { signal });
    }
  } finally {
    bar.end();
  }
}

/** Returns the status, or null if the request should be retried. */
async function readStatus(url: URL, signal: AbortSignal): Promise<DownloadStatus | null> {
  const response = await request(url, signal).catch(() => {
    signal.throwIfAborted();
    // The API restarts. The job goes on meanwhile.
    return null;
  });
  if (response === null) return null;
  if (RETRYABLE.has(response.status)) {
    await response.body?.cancel();
    return null;
  }
  return bodyOf<DownloadStatus>(response);
}

function assertCompleted({ status, error }: DownloadStatus): void {
  if (status === 'completed') return;
  const reason = error ? `${error.message} (${error.code})` : 'No reason was given.';
  throw new DownloadFailed(`It ended as ${status}: ${reason}`);
}

function request(url: URL, signal: AbortSignal, init: RequestInit = {}): Promise<Response> {
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  return fetch(url, { ...init, signal: AbortSignal.any([signal, timeout]) });
}

/** Returns the JSON of a successful response; throws the detail of a problem document (RFC 9457) otherwise. */
async function bodyOf<T>(response: Response): Promise<T> {
  const text = await response.text();
  let body: (T & { title?: string; detail?: string }) | null = null;
  try {
    body = JSON.parse(text);
  } catch {
    // Not JSON: the response comes from a proxy, not from the service.
  }
  if (response.ok && body) return body;
  const detail = body?.detail ?? body?.title ?? 'no details';
  throw new DownloadFailed(`The service answered ${response.status} to ${response.url}: ${detail}`);
}
