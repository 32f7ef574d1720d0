import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type DownloadStatus, isFinal, LonghaulClient } from 'longhaul/client';
import type { ProbeStep } from '../telemetry/metrics/probe-metrics.js';
import { onlyFileOf } from './only-file.js';

export interface ProbeOptions {
  /** Where clients reach the API. */
  baseUrl: string;
  apiKey: string | undefined;
  /** A small file. */
  fileId: string;
  /** Time for the whole download. */
  timeoutMs: number;
}

export interface ProbeResult {
  jobId: string | undefined;
  /** Duration of each step that was tried. */
  seconds: Partial<Record<ProbeStep, number>>;
  /** Absent after a success. */
  failed?: { step: ProbeStep; error: unknown };
}

type Archive = NonNullable<DownloadStatus['archive']>;

/** Clients repeat requests too, so a restart is no failure. */
const RETRY_FOR_MS = 5_000;
const CANCEL_TIMEOUT_MS = 5_000;
const MAX_ARCHIVE_BYTES = 16 * 1024 * 1024;

/** Downloads one file as a client does, and checks the archive. Never rejects. */
export async function probeDownload(
  { baseUrl, apiKey: token, fileId, timeoutMs }: ProbeOptions,
  signal = AbortSignal.timeout(timeoutMs),
): Promise<ProbeResult> {
  const client = new LonghaulClient({ baseUrl, token, retryForMs: RETRY_FOR_MS });
  const result: ProbeResult = { jobId: undefined, seconds: {} };
  let current = 'start' as ProbeStep;
  let told = '';
  const step = async <T>(name: ProbeStep, action: () => Promise<T>): Promise<T> => {
    current = name;
    const startedAt = performance.now();
    return action().finally(() => {
      result.seconds[name] = (performance.now() - startedAt) / 1_000;
    });
  };
  try {
    const request = { fileIds: [fileId], archive: { name: 'probe' } };
    const { jobId, downloadPath } = await step('start', () => client.start(request, { signal }));
    result.jobId = jobId;
    const archive = await step('status', () =>
      untilCompleted(client, jobId, signal, (message) => (told = ` The job says: ${message}`)),
    );
    const link = await step('link', () =>
      signedLink(new URL(`.${downloadPath}`, client.baseUrl), token, signal),
    );
    await step('archive', async () => assertRight(await bytesOf(link, archive, signal), archive));
  } catch (cause) {
    const atStatus = current === 'status';
    const late = `The probe took longer than ${timeoutMs / 1_000} s.${atStatus ? told : ''}`;
    result.failed = { step: current, error: signal.aborted ? new Error(late, { cause }) : cause };
    // Otherwise the jobs of a sick service pile up.
    if (atStatus) await cancel(client, result.jobId!);
  }
  return result;
}

async function untilCompleted(
  client: LonghaulClient,
  jobId: string,
  signal: AbortSignal,
  onMessage: (message: string) => void,
): Promise<Archive> {
  for (;;) {
    const { status, archive, error, message, nextPollInMs } = await client.status(jobId, { signal });
    onMessage(message);
    if (status === 'completed' && archive) return archive;
    if (isFinal(status)) throw new Error(`The job ended as ${status}. ${error?.message ?? message}`);
    await delay(nextPollInMs ?? 0, undefined, { signal });
  }
}

/** Asks the permanent link for a signed one. */
async function signedLink(url: URL, token: string | undefined, signal: AbortSignal): Promise<string> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(url, { headers, redirect: 'manual', signal });
  await response.body?.cancel();
  const location = response.headers.get('location');
  if (response.status === 302 && location) return new URL(location, url).href;
  throw new Error(`The permanent link answered ${response.status} instead of a redirect.`);
}

/** Fetches the archive without credentials: the link grants the access. */
async function bytesOf(link: string, { size }: Archive, signal: AbortSignal): Promise<Buffer> {
  if (size > MAX_ARCHIVE_BYTES) throw new Error('The file of the probe is too large: choose a small one.');
  const response = await fetch(link, { signal });
  if (response.ok) return Buffer.from(await response.arrayBuffer());
  await response.body?.cancel();
  throw new Error(`The signed link answered ${response.status}.`);
}

function assertRight(bytes: Buffer, { size, checksum }: Archive): void {
  if (bytes.length !== size) throw new Error(`The archive has ${bytes.length} bytes instead of ${size}.`);
  const [, sha256] = /^sha256:(.*)/.exec(checksum) ?? [];
  if (sha256 && createHash('sha256').update(bytes).digest('hex') !== sha256)
    throw new Error('The archive has another checksum than its job says.');
  onlyFileOf(bytes);
}

async function cancel(client: LonghaulClient, jobId: string): Promise<void> {
  await client.cancel(jobId, { signal: AbortSignal.timeout(CANCEL_TIMEOUT_MS) }).catch(() => {});
}
