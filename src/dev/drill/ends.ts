import { setTimeout as delay } from 'node:timers/promises';
import { type DownloadStatus, isFinal, LonghaulClient, LonghaulError } from 'longhaul/client';
import pMap from 'p-map';

const READERS = 8;
const POLL_MS = 1_000;

/**
 * Waits until all jobs have ended, or none has for `patienceMs`: a slow machine loses no job.
 * @returns the last status of each job; of an unknown job there is none.
 */
export async function waitForEnds(
  baseUrl: string,
  jobIds: readonly string[],
  patienceMs: number,
  signal: AbortSignal,
): Promise<Map<string, DownloadStatus>> {
  const client = new LonghaulClient({ baseUrl });
  const statuses = new Map<string, DownloadStatus>();
  let open = [...jobIds];
  let deadline = Date.now() + patienceMs;
  for (;;) {
    await pMap(open, async (jobId) => readStatus(client, jobId, statuses, signal), { concurrency: READERS });
    const left = open.filter((jobId) => !isFinal(statuses.get(jobId)?.status ?? 'queued'));
    if (left.length < open.length) deadline = Date.now() + patienceMs;
    open = left;
    if (open.length === 0 || Date.now() > deadline) return statuses;
    await delay(POLL_MS, undefined, { signal });
  }
}

async function readStatus(
  client: LonghaulClient,
  jobId: string,
  statuses: Map<string, DownloadStatus>,
  signal: AbortSignal,
): Promise<void> {
  try {
    statuses.set(jobId, await client.status(jobId, { signal }));
  } catch (error) {
    // An unknown job stays without a status; the service may also still recover.
    if (!(error instanceof LonghaulError)) throw error;
  }
}
