import type { AdminJob, FailedJobsPage, PendingStep } from '../contract/http/admin-schemas.js';
import { oneLine } from './one-line.js';

const GAP = '  ';

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
  const more = nextCursor === null ? '' : `\nMore: longhaul-admin failed --cursor=${nextCursor}\n`;
  return columns([header, ...rows]) + more;
}

/** Formats one job as lines of name and value; leaves out absent values. */
export function jobSheet(job: AdminJob): string {
  const labels = Object.entries(job.labels).map(([name, value]) => `${name}=${value}`);
  const rows: [string, string | null][] = [
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
  ];
  return columns(rows.filter((row): row is [string, string] => row[1] !== null));
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

/** Aligns the columns of all rows. Does not pad the last column. */
function columns(rows: readonly (readonly string[])[]): string {
  const clean = rows.map((row) => row.map(oneLine));
  const widths = clean[0]!.map((_, i) => Math.max(...clean.map((row) => row[i]!.length)));
  const lines = clean.map((row) =>
    row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]!))).join(GAP),
  );
  return `${lines.join('\n')}\n`;
}
