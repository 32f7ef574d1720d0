import { columns, sheet } from '../output/table.js';
import type { AdminJob, FailedJobsPage, PendingStep } from './answers.js';

/** Formats failed jobs as a table, with the command for the next page. */
export function failedTable({ jobs, nextCursor }: FailedJobsPage): string {
  if (jobs.length === 0 && nextCursor === null) return 'No failed jobs.\n';
  const rows = jobs.map((job) => [
    job.jobId,
    job.failedAt,
    job.userId,
    job.run === 'failed' ? job.code : `${job.code} (${job.run})`,
    String(job.attempts),
    job.archiveName,
    job.message,
  ]);
  const header = ['JOB', 'FAILED AT', 'USER', 'CODE', 'ATTEMPTS', 'ARCHIVE', 'MESSAGE'];
  const more = nextCursor === null ? '' : `\nMore: longhaul admin failed --cursor=${nextCursor}\n`;
  return columns([header, ...rows]) + more;
}

/** Formats one job as lines of name and value; leaves out absent values. */
export function jobSheet(job: AdminJob): string {
  const labels = Object.entries(job.labels).map(([name, value]) => `${name}=${value}`);
  return sheet([
    ['Job', job.jobId],
    ['User', job.userId],
    ['Status', `${job.status}, ${job.progress} %${job.run === job.status ? '' : ` (run ${job.run})`}`],
    ['Message', job.message],
    ['Archive', job.archiveName],
    ['Labels', labels.join(', ') || null],
    ['Files', `${job.filesProcessed} of ${job.totalFiles}, ${job.filesSkipped} skipped`],
    ['Bytes', job.bytesTotal === null ? null : `${job.bytesProcessed} of ${job.bytesTotal}`],
    ['Attempts', String(job.attempts)],
    ['Created', job.createdAt],
    ['Started', job.startedAt],
    ['Ended', job.completedAt],
    ['Error', job.error && `${job.error.code}: ${job.error.message}`],
    ['Support id', job.error?.supportId ?? null],
    ['Workflow', job.workflowId],
    ['Run', job.runId],
    ...job.pending.map((step): [string, string] => ['Step', stepLine(step)]),
  ]);
}

function stepLine({ step, state, attempt, startedAt, nextAttemptAt, lastFailure }: PendingStep): string {
  return [
    `${step}: ${state}, attempt ${attempt}`,
    state !== 'waiting' && startedAt && `since ${startedAt}`,
    state === 'waiting' && nextAttemptAt && `next at ${nextAttemptAt}`,
    lastFailure && `after ${lastFailure.code}: ${lastFailure.message}`,
  ]
    .filter(Boolean)
    .join(', ');
}
