import { setTimeout as delay } from 'node:timers/promises';
import type { DownloadStatus, StartedDownload } from '../../contract/http/answers.js';
import type { FileId } from '../../contract/files.js';
import { isFinal } from '../../contract/snapshot.js';
import { messageWithCause } from '../errors.js';
import { type Output, createProgressBar } from './progress-bar.js';

/** Thrown when the sample could not be downloaded; the message says why. */
export class SampleDownloadFailed extends Error {
  override readonly name = 'SampleDownloadFailed';
  readonly code = 'SAMPLE_DOWNLOAD_FAILED';
}

export interface SampleDownloadOptions {
  /** Aborted when the service is to stop. */
  signal?: AbortSignal;
  timeoutMs?: number;
}

export interface SampleDownload {
  jobId: string;
  /** Leads to the archive as long as it exists: a fresh signed link is made each time it is followed. */
  link: string;
}

// What the service advises a client is kinder to it, but too slow to look at.
const LONGEST_POLL_MS = 250;
const TIMEOUT_MS = 120_000;
const REQUEST_TIMEOUT_MS = 10_000;
// Another answer may come if one asks again: too many requests, not reachable just now.
const PASSING = new Set([429, 503]);

/**
 * Downloads the given files the way any client does, through the HTTP API at `baseUrl`, with a progress bar.
 * @throws SampleDownloadFailed, or the reason of the signal.
 */
export async function runSampleDownload(
  baseUrl: string,
  fileIds: readonly FileId[],
  output: Output,
  { signal: stop, timeoutMs = TIMEOUT_MS }: SampleDownloadOptions = {},
): Promise<SampleDownload> {
  const tooLate = AbortSignal.timeout(timeoutMs);
  const signal = stop ? AbortSignal.any([stop, tooLate]) : tooLate;
  try {
    const { jobId, downloadPath } = await initiate(baseUrl, fileIds, signal);
    await follow(baseUrl, jobId, output, signal);
    return { jobId, link: new URL(downloadPath, baseUrl).href };
  } catch (error) {
    if (error instanceof SampleDownloadFailed || stop?.aborted) throw error;
    const reason = tooLate.aborted ? `it is not done after ${timeoutMs / 1000} s` : messageWithCause(error);
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
  return answer<StartedDownload>(response);
}

/** Asks for the status until the job has ended well. */
async function follow(baseUrl: string, jobId: string, output: Output, signal: AbortSignal): Promise<void> {
  const url = new URL(`/v1/download/status/${encodeURIComponent(jobId)}`, baseUrl);
  const bar = createProgressBar(output);
  try {
    for (;;) {
      const status = await readStatus(url, signal);
      if (status) bar.update(status);
      if (status && isFinal(status.status)) return assertCompleted(status);
      await delay(Math.min(status?.nextPollInMs ?? LONGEST_POLL_MS, LONGEST_POLL_MS), undefined, { signal });
    }
  } finally {
    bar.end();
  }
}

/** The status, or null when the service cannot tell just now. */
async function readStatus(url: URL, signal: AbortSignal): Promise<DownloadStatus | null> {
  const response = await request(url, signal);
  if (PASSING.has(response.status)) {
    await response.body?.cancel();
    return null;
  }
  return answer<DownloadStatus>(response);
}

function assertCompleted({ status, error }: DownloadStatus): void {
  if (status === 'completed') return;
  const why = error ? `${error.message} (${error.code})` : 'no reason is given';
  throw new SampleDownloadFailed(`The sample download ended as ${status}: ${why}`);
}

function request(url: URL, signal: AbortSignal, init: RequestInit = {}): Promise<Response> {
  const limit = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  return fetch(url, { ...init, signal: AbortSignal.any([signal, limit]) });
}

/** The JSON of a good response; a bad one is thrown with what its problem document (RFC 9457) says. */
async function answer<T>(response: Response): Promise<T> {
  const text = await response.text();
  let body: (T & { title?: string; detail?: string }) | null = null;
  try {
    body = JSON.parse(text);
  } catch {
    // Not from the service itself, then, but from something before it.
  }
  if (response.ok && body) return body;
  const said = body?.detail ?? body?.title ?? 'without an explanation';
  throw new SampleDownloadFailed(`The service answered ${response.status} to ${response.url}: ${said}`);
}
