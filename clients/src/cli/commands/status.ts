import type { DownloadStatus } from '../../client/index.js';
import { isFinal } from '../../client/index.js';
import { retryNote } from '../job/start-job.js';
import { formatBytes, formatSeconds } from '../output/quantities.js';
import { sheet } from '../output/table.js';
import { type Command, onlyJob, printJson } from './command.js';

export const status: Command = {
  usage: 'JOB',
  summary: 'show a job',
  examples: ['longhaul status 01a2109e-2cc4-74b8-afa6-4115b029dcf8'],
  flags: [],
  async run(context) {
    const { values, console } = context;
    const jobId = onlyJob(context, 'status');
    const { client } = await context.connect();
    const job = await client.status(jobId, { onRetry: retryNote(console) });
    if (values.json) printJson(console, job);
    else console.data(statusSheet(job));
    console.hint(nextCommand(job));
  },
};

/** Formats a job as lines of name and value. */
export function statusSheet(job: DownloadStatus): string {
  const { archive, error } = job;
  const bytes = job.bytesTotal === null ? null : formatBytes(job.bytesTotal);
  return sheet([
    ['Job', job.jobId],
    ['Status', `${job.status}, ${job.progress} %`],
    ['Message', job.message],
    ['Files', `${job.filesProcessed} of ${job.totalFiles}, ${job.filesSkipped} left out`],
    ['Bytes', bytes && `${formatBytes(job.bytesProcessed)} of ${bytes}`],
    ['Time left', job.etaSeconds === null || isFinal(job.status) ? null : formatSeconds(job.etaSeconds)],
    ['Archive', archive && `${archive.name}, ${formatBytes(archive.size)}`],
    ['Checksum', archive?.checksum],
    ['Attempts', String(job.attempts)],
    ['Created', job.createdAt],
    ['Ended', job.completedAt],
    ['Expires', job.expiresAt],
    ['Error', error && `${error.code}: ${error.message}`],
    ['Support id', error?.supportId],
  ]);
}

/** Tells what can be done with a job next. */
export function nextCommand({ jobId, status: word }: DownloadStatus): string {
  if (word === 'completed') return `Save it: longhaul fetch ${jobId}`;
  return isFinal(word) ? `Start it again: longhaul retry ${jobId}` : `Wait for it: longhaul wait ${jobId}`;
}
