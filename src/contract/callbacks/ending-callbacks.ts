import { jobEnded, jobFailed } from './callback-payload.js';
import type { Callback } from './callbacks.js';
import { callbackWorkflowIdFor } from '../names.js';
import type { DownloadJob } from '../job.js';
import type { JobSnapshot } from '../snapshot.js';

/** One run of a job. Starting a job again creates another run. */
export interface JobRun {
  workflowId: string;
  runId: string;
}

/** Returns the callbacks to send after a run of the job ended with `snapshot`; empty when none were requested. */
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
 * Returns workflow id and summary of a delivery. The id depends only on the run and the receiver, so Temporal starts
 * the delivery once, however many processes try.
 */
export function deliveryOf(callback: Callback, jobId: string, runId: string) {
  return {
    workflowId: callbackWorkflowIdFor(callback.target.kind, jobId, runId),
    staticSummary: `Deliver ${callback.payload.type} to ${receiverOf(callback)}`,
  };
}

/** Returns the receiver without secrets: the host alone, because a path may hold a token; never the operator's URL. */
export function receiverOf({ target }: Callback): string {
  return target.kind === 'operator' ? 'OPERATOR_WEBHOOK_URL' : new URL(target.url).host;
}
