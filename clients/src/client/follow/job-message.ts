import type { DownloadStatus } from '../api.js';
import { isFinal } from '../job-status.js';

/** A message of a stream, in snake_case. Its fields depend on the version of the server. */
export type JobMessage = Record<string, unknown>;

/** True for the last message of a job. The status tells the rest: archive, checksum, error. */
export function isLast({ type, phase, status }: JobMessage): boolean {
  return type === 'completed' || type === 'error' || isFinal(String(phase ?? status));
}

/** True if the message is about another run of the job: it was started again. */
export function isOtherRun(last: DownloadStatus, { created_at: createdAt }: JobMessage): boolean {
  return createdAt !== undefined && createdAt !== last.createdAt;
}

/** The last status with what a message tells. */
export function withMessage(last: DownloadStatus, message: JobMessage): DownloadStatus {
  const told: JobMessage = {};
  for (const [name, value] of Object.entries(message)) {
    const field = name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
    // The error of a message is a text.
    if (field in last && field !== 'error') told[field] = value;
  }
  const { stale: _, ...rest } = last;
  const { progress, stale } = message;
  // The dialect has the finer word in `phase`.
  const word = message['phase'] ?? message['status'];
  return {
    ...rest,
    ...told,
    ...(stale === true && { stale }),
    status: typeof word === 'string' ? word : last.status,
    progress: isFraction(progress) ? Math.round(progress * 100) : last.progress,
  };
}

function isFraction(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}
