import type { DownloadStatus } from '../../client/index.js';

/** A failed job that was not restarted. */
export interface FailedJob {
  jobId: string;
  userId: string;
  code: string;
  message: string;
  failedAt: string;
  attempts: number;
  archiveName: string;
  /** How the run ended; `running` while its clean-up continues. */
  run: string;
}

export interface FailedJobsPage {
  jobs: FailedJob[];
  nextCursor: string | null;
}

/** A scheduled or running activity. */
export interface PendingStep {
  step: string;
  state: string;
  attempt: number;
  startedAt: string | null;
  nextAttemptAt: string | null;
  lastFailure: { code: string; message: string } | null;
}

/** A job as operators see it. */
export interface AdminJob extends Omit<DownloadStatus, 'downloadUrl' | 'streamUrl' | 'eventsUrl'> {
  userId: string;
  labels: Record<string, string>;
  archiveName: string;
  workflowId: string;
  runId: string;
  run: string;
  pending: PendingStep[];
}

// These guards detect responses of another server at LONGHAUL_URL. They check only the fields that the commands print,
// so a newer API may add fields.

/** A problem document (RFC 9457) of Longhaul. */
export interface Problem {
  type: string;
  code: string;
  detail?: string;
  requestId?: string;
}

export function isProblem(answer: unknown): answer is Problem {
  return isObject(answer) && typeof answer['code'] === 'string' && startsWith(answer['type'], PROBLEM_TYPE);
}

export function isFailedJobsPage(answer: unknown): answer is FailedJobsPage {
  return isObject(answer) && Array.isArray(answer['jobs']) && answer['jobs'].every(isFailedJob);
}

export function isAdminJob(answer: unknown): answer is AdminJob {
  if (!isObject(answer) || !hasStrings(answer, ['jobId', 'userId', 'workflowId', 'runId'])) return false;
  return isObject(answer['labels']) && Array.isArray(answer['pending']) && answer['pending'].every(isObject);
}

const PROBLEM_TYPE = 'urn:longhaul:problem:';

function isFailedJob(answer: unknown): answer is FailedJob {
  return (
    isObject(answer) && hasStrings(answer, ['jobId', 'userId', 'failedAt', 'code', 'archiveName', 'message'])
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function hasStrings(answer: Record<string, unknown>, names: readonly string[]): boolean {
  return names.every((name) => typeof answer[name] === 'string');
}

function startsWith(value: unknown, prefix: string): boolean {
  return typeof value === 'string' && value.startsWith(prefix);
}
