import { address } from '../session/server.js';

/** A failed download of any user, as operators see it. */
export interface FailedJob {
  jobId: string;
  userId: string;
  code: string;
  message: string;
  failedAt: string;
  archiveName: string;
  workflowId: string;
  /** Id of the run in the Temporal Web UI. */
  supportId: string;
}

/** The latest failed downloads of all users. @throws Error with a text for the operator. */
export async function readFailedJobs(): Promise<FailedJob[]> {
  return (await ask<{ jobs: FailedJob[] }>('v1/admin/failed?limit=100', 'GET')).jobs;
}

/** Starts a failed download again, for its user. @throws Error with a text for the operator. */
export async function retryFailedJob(jobId: string): Promise<void> {
  await ask(`v1/admin/failed/${encodeURIComponent(jobId)}/retry`, 'POST');
}

async function ask<T>(path: string, method: string): Promise<T> {
  const response = await fetch(address(path), { method, headers: { accept: 'application/json' } });
  const body = (await response.json()) as T & { detail?: string };
  if (!response.ok) throw new Error(body.detail ?? `The server responded with status ${response.status}.`);
  return body;
}
