import { setTimeout as delay } from 'node:timers/promises';
import { workflowIdFor } from '../../contract/names.js';
import { runSampleDownload } from './sample-download.js';

const HEALTH_TIMEOUT_MS = 30_000;
const POLL_MS = 100;

/** The services run but cannot process jobs. The message names the failing checks. */
export class NotHealthy extends Error {
  override readonly name = 'NotHealthy';
}

/** Addresses and paths that are printed when everything runs. */
export interface Announcement {
  baseUrl: string;
  /** Temporal Web UI; undefined for an external Temporal server. */
  uiUrl: string | undefined;
  namespace: string;
  logFiles: readonly string[];
  /** File with the generated secret that signs callbacks; undefined if WEBHOOK_SECRETS is set. */
  webhookSecretFile: string | undefined;
}

/**
 * Waits until the API is healthy, downloads samples, and prints the addresses.
 * @param fileIds Ids of the samples; an empty list skips the download.
 * @throws NotHealthy, SampleDownloadFailed, or the reason of the signal.
 */
export async function firstDownload(
  fileIds: readonly number[],
  endpoints: Announcement,
  print: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  await waitUntilHealthy(endpoints, signal);
  if (fileIds.length === 0) {
    print('\nSkipping the sample download, because it needs an API key (AUTH_MODE is set).');
    print(announcement(endpoints));
    return;
  }
  print(`\nDownloading sample files (${fileIds.join(', ')}):`);
  const sample = await runSampleDownload(endpoints.baseUrl, fileIds, process.stdout, { signal });
  print(announcement(endpoints, sample));
}

function announcement(
  { baseUrl, uiUrl, namespace, logFiles, webhookSecretFile }: Announcement,
  sample?: { jobId: string; link: string },
): string {
  const workflow = sample ? `/${encodeURIComponent(workflowIdFor(sample.jobId))}` : '';
  const archive = sample ? `\n  Archive    ${sample.link}` : '';
  const callbacks = webhookSecretFile ? `\n  Callbacks  signed with the secret in ${webhookSecretFile}` : '';
  const key = sample ? '' : ` -H "authorization: Bearer $KEY"`;
  const fetchArchive = sample ? `\n  curl -sL -o first-download.zip ${sample.link}` : '';
  return `
Longhaul is ready.

  API        ${baseUrl}
  Docs       ${baseUrl}/docs/
  Web UI     ${uiUrl ? `${uiUrl}/namespaces/${namespace}/workflows${workflow}` : 'see your Temporal server'}${archive}
  Logs       ${logFiles.join('  ')}${callbacks}

Try it with the sample files 70000 to 70011:

  curl -s ${baseUrl}/v1/download/initiate -H 'content-type: application/json'${key} \\
    -d '{"fileIds": [70000, 70001, 70002], "archive": {"name": "samples"}}'${fetchArchive}

Ctrl-C stops everything. Jobs and files are kept.`;
}

async function waitUntilHealthy({ baseUrl, logFiles }: Announcement, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + HEALTH_TIMEOUT_MS;
  let report = 'the API does not respond';
  while (Date.now() < deadline) {
    const answer = await fetch(`${baseUrl}/health`, { signal }).catch(() => undefined);
    signal.throwIfAborted();
    if (answer?.ok) return;
    if (answer) report = failingChecks((await answer.json()) as HealthReport);
    await delay(POLL_MS, undefined, { signal });
  }
  throw new NotHealthy(
    `Longhaul is not healthy after ${HEALTH_TIMEOUT_MS / 1_000} s: ${report}. See ${logFiles.join(' and ')}.`,
  );
}

interface HealthReport {
  checks: Record<string, string>;
}

function failingChecks({ checks }: HealthReport): string {
  return Object.entries(checks)
    .filter(([, outcome]) => outcome !== 'ok')
    .map(([name, outcome]) => `${name} ${outcome}`)
    .join(', ');
}
