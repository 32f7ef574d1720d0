import type { DownloadStatus, FileOutcome, LonghaulClient } from '../../client/index.js';
import { CommandError } from '../errors.js';
import { EXIT } from '../exit-codes.js';
import type { Console } from '../output/console.js';
import { oneLine } from '../output/one-line.js';
import { counted, formatSeconds } from '../output/quantities.js';

const MAX_NAMED = 20;

/** Failures that `--skip-missing` avoids. */
const ABOUT_FILES = /^(FILE_|NO_FILES)/;

/** Returns the failure of a job that ended without an archive; undefined for a completed one. */
export function failureOf({
  jobId,
  status,
  error,
  attempts,
  message,
}: DownloadStatus): CommandError | undefined {
  if (status === 'completed') return undefined;
  if (status === 'expired') {
    return new CommandError(EXIT.unknownJob, `${oneLine(message)}\nThe command: longhaul retry ${jobId}`);
  }
  if (status === 'cancelled') {
    return new CommandError(
      EXIT.jobFailed,
      `The download was cancelled. Start it again: longhaul retry ${jobId}`,
    );
  }
  const { code, retryAfterMs, supportId, message: reason } = error ?? NO_ERROR;
  const tries = attempts > 1 ? ` after ${attempts} attempts` : '';
  const support = supportId === '' ? '' : `, support id ${supportId}`;
  const next = ABOUT_FILES.test(code)
    ? '\nLeave such files out with --skip-missing.'
    : retryAfterMs === null
      ? ''
      : `\nStart it again${retryAfterMs >= 1_000 ? ` in ${formatSeconds(retryAfterMs / 1_000)}` : ''}: longhaul retry ${jobId}`;
  const text = `The download failed${tries}: ${oneLine(`${reason} (${code}${support})`)}${next}`;
  return new CommandError(EXIT.jobFailed, text);
}

const NO_ERROR = { code: 'UNKNOWN', message: 'No reason was given.', retryAfterMs: null, supportId: '' };

/** Names the files that the archive lacks, and returns them. */
export async function reportSkipped(
  client: LonghaulClient,
  { jobId, archive }: DownloadStatus,
  console: Console,
): Promise<FileOutcome[]> {
  const count = archive?.skipped ?? 0;
  if (count === 0) return [];
  const skipped: FileOutcome[] = [];
  for await (const file of client.outcomes(jobId, { state: ['skipped'], limit: 1_000 })) {
    if (file.state === 'skipped') skipped.push(file);
    if (skipped.length === count) break;
  }
  console.warn(`${counted(count, 'file')} left out; _manifest.json in the archive lists them too:`);
  for (const file of skipped.slice(0, MAX_NAMED)) console.warn(`  ${skippedLine(file)}`);
  const more = count - MAX_NAMED;
  if (more > 0) console.warn(`  … and ${more} more: longhaul outcomes ${jobId} --state skipped`);
  return skipped;
}

function skippedLine({ fileId, name, error }: FileOutcome): string {
  const label = name === null || name === String(fileId) ? String(fileId) : `${fileId} ${name}`;
  return oneLine(`${label}: ${error?.message ?? 'no reason was given'}`);
}
