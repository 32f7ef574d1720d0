import { setTimeout as delay } from 'node:timers/promises';
import { workflowIdFor } from '../../contract/names.js';
import { runSampleDownload } from './sample-download.js';

const HEALTHY_WITHIN_MS = 30_000;
const POLL_MS = 100;

/** Thrown when the services run but cannot do jobs; says which check fails. */
export class NotHealthy extends Error {
  override readonly name = 'NotHealthy';
}

/** What is told when everything runs. */
export interface Announcement {
  baseUrl: string;
  /** Of the Temporal Web UI, when it is ours. */
  uiUrl: string | undefined;
  namespace: string;
  logFiles: readonly string[];
  /** Where the secret is that signs callbacks, when it is ours. */
  webhookSecretFile: string | undefined;
}

/**
 * Waits until jobs can be done, downloads samples, and tells where everything is.
 * @param fileIds the samples; none are downloaded when it is empty.
 * @throws NotHealthy, SampleDownloadFailed, or the reason of the signal.
 */
export async function firstDownload(
  fileIds: readonly number[],
  where: Announcement,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  await untilHealthy(where, signal);
  if (fileIds.length === 0) {
    say('\nNo sample is downloaded: with AUTH_MODE only its users may do so.');
    say(announcement(where));
    return;
  }
  say(`\nDownloading sample files (${fileIds.join(', ')}):`);
  const sample = await runSampleDownload(where.baseUrl, fileIds, process.stdout, { signal });
  say(announcement(where, sample));
}

function announcement(
  { baseUrl, uiUrl, namespace, logFiles, webhookSecretFile }: Announcement,
  sample?: { jobId: string; link: string },
): string {
  const workflow = sample ? `/${encodeURIComponent(workflowIdFor(sample.jobId))}` : '';
  const archive = sample ? `\n  Archive    ${sample.link}` : '';
  const callbacks = webhookSecretFile
    ? `\n  Callbacks  are signed with the secret in ${webhookSecretFile}`
    : '';
  const key = sample ? '' : ` -H "authorization: Bearer $KEY"`;
  const fetchIt = sample ? `\n  curl -sL -o first-download.zip ${sample.link}` : '';
  return `
Longhaul is ready.

  API        ${baseUrl}
  Docs       ${baseUrl}/docs/
  Web UI     ${uiUrl ? `${uiUrl}/namespaces/${namespace}/workflows${workflow}` : 'that of your Temporal server'}${archive}
  Logs       ${logFiles.join('  ')}${callbacks}

Try it: files 70000 to 70011 are samples.

  curl -s ${baseUrl}/v1/download/initiate -H 'content-type: application/json'${key} \\
    -d '{"fileIds": [70000, 70001, 70002], "archive": {"name": "samples"}}'${fetchIt}

Ctrl-C stops everything; jobs and files stay.`;
}

async function untilHealthy({ baseUrl, logFiles }: Announcement, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + HEALTHY_WITHIN_MS;
  let report = 'the API does not answer';
  while (Date.now() < deadline) {
    const answer = await fetch(`${baseUrl}/health`, { signal }).catch(() => undefined);
    signal.throwIfAborted();
    if (answer?.ok) return;
    if (answer) report = faults((await answer.json()) as HealthReport);
    await delay(POLL_MS, undefined, { signal });
  }
  throw new NotHealthy(
    `Not healthy after ${HEALTHY_WITHIN_MS / 1_000} s: ${report}. See ${logFiles.join(' and ')}`,
  );
}

interface HealthReport {
  checks: Record<string, string>;
}

function faults({ checks }: HealthReport): string {
  return Object.entries(checks)
    .filter(([, outcome]) => outcome !== 'ok')
    .map(([name, outcome]) => `${name} ${outcome}`)
    .join(', ');
}
