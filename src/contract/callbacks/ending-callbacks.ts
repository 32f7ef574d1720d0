import { jobEnded, jobFailed } from './callback-payload.js';
import type { Callback } from './callbacks.js';
import { callbackWorkflowIdFor } from '../names.js';
import type { DownloadJob } from '../job.js';
import type { JobSnapshot } from '../snapshot.js';

/** One run of a job: a job that is started again has another. */
export interface JobRun {
  workflowId: string;
  runId: string;
}

/** Who is told that a run of the job has ended as `snapshot` says; empty where nobody asked for it. */
export function endingCallbacks(job: DownloadJob, snapshot: JobSnapshot, run: JobRun): Callback[] {
  const callbacks: Callback[] = [];
  if (job.callbackUrl) {
    callbacks.push({
      messageId: `msg_${run.runId}`,
      target: { kind: 'url', url: job.callbackUrl },
      payload: jobEnded(job, snapshot),
    });
  }
  if (job.policy.operatorWebhook && snapshot.error) {
    callbacks.push({
      messageId: `msg_${run.runId}_operator`,
      target: { kind: 'operator' },
      payload: jobFailed(job, snapshot.error, snapshot.completedAt, run.workflowId),
    });
  }
  return callbacks;
}

/**
 * How the workflow that delivers a callback is named: the same for a run whoever starts it, so that Temporal lets one of
 * them alone begin.
 */
export function deliveryOf(callback: Callback, jobId: string, runId: string) {
  return {
    workflowId: callbackWorkflowIdFor(callback.target.kind, jobId, runId),
    staticSummary: `Tells ${receiverOf(callback)} of ${callback.payload.type}`,
  };
}

/** Who is told, as it may be shown: a query may hold a secret, and the operator's URL is one. */
export function receiverOf({ target }: Callback): string {
  return target.kind === 'operator' ? 'OPERATOR_WEBHOOK_URL' : target.url.split(/[?#]/)[0]!;
}
