import { setTimeout as delay } from 'node:timers/promises';
import type { DownloadStatus, StartedDownload } from '../../contract/http/answers.js';
import type { FileId } from '../../contract/files.js';
import { isFinal } from '../../contract/snapshot.js';
import { messageWithCause } from '../errors.js';
import { type Output, createProgressBar } from './progress-bar.js';

/** The sample could not be downloaded. The message contains the reason. */
export class SampleDownloadFailed extends Error {
  override readonly name = 'SampleDownloadFailed';
  readonly code = 'SAMPLE_DOWNLOAD_FAILED';
}

export interface SampleDownloadOptions {
  /** Aborts at shutdown. */
  signal?: AbortSignal;
  timeoutMs?: number;
}

export interface SampleDownload {
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
 * Downloads the given files through the HTTP API at `baseUrl`, and shows a progress bar.
 * @throws SampleDownloadFailed, or the reason of the signal.
 */
export async function runSampleDownload(
  baseUrl: string,
  fileIds: readonly FileId[],
  output: Output,
  { signal: shutdown, timeoutMs = TIMEOUT_MS }: SampleDownloadOptions = {},
): Promise<SampleDownload> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = shutdown ? AbortSignal.any([shutdown, timeout]) : timeout;
  try {
    const { jobId, downloadPath } = await initiate(baseUrl, fileIds, signal);
    await follow(baseUrl, jobId, output, signal);
    return { jobId, link: new URL(downloadPath, baseUrl).href };
  } catch (error) {
    if (error instanceof SampleDownloadFailed || shutdown?.aborted) throw error;
    const reason = timeout.aborted ? `it took longer than ${timeoutMs / 1000} s` : messageWithCause(error);
    throw new SampleDownloadFailed(`The sample could not be downloaded: ${reason}`, { cause: error });
  }
}

async function initiate(
  baseUrl: string,
  fileIds: readonly FileId[],
  signal: AbortSignal,
): Promise<StartedDownload> {
  const response = await request(new URL('/v1/download/initiate', baseUrl), signal, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ fileIds, archive: { name: 'longhaul-sample' } }),
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
  const response = await request(url, signal);
  if (RETRYABLE.has(response.status)) {
    await response.body?.cancel();
    return null;
  }
  return bodyOf<DownloadStatus>(response);
}

function assertCompleted({ status, error }: DownloadStatus): void {
  if (status === 'completed') return;
  const reason = error ? `${error.message} (${error.code})` : 'no reason given';
  throw new SampleDownloadFailed(`The sample download ended with status ${status}: ${reason}`);
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
  throw new SampleDownloadFailed(`The service answered ${response.status} to ${response.url}: ${detail}`);
}
