import { CancellationScope, log, ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import type { Callback } from '../contract/callbacks.js';
import { callbackWorkflowIdFor } from '../contract/names.js';
import type { DownloadJob, JobSnapshot } from '../contract/types.js';
import { jobEnded, jobFailed } from './callback-payload.js';
import { deliverCallbackWorkflow, receiverOf } from './deliver-callback.js';

/**
 * Sends whoever asked for it word of how the job ended, by workflows that outlive this one. Never rejects, and waits for
 * no more than that they have begun: a child whose parent closes before that is never started. The status is final
 * already, so nobody waits for this. A job that nobody is to be told of has nothing to do here, as those had not that
 * began before there were callbacks.
 */
export async function announceEnding(job: DownloadJob, snapshot: JobSnapshot): Promise<void> {
  const callbacks = callbacksOf(job, snapshot);
  if (callbacks.length === 0) return;
  await CancellationScope.nonCancellable(() =>
    Promise.all(callbacks.map((callback) => start(callback, job.jobId))),
  );
}

function callbacksOf(job: DownloadJob, snapshot: JobSnapshot): Callback[] {
  const { runId, workflowId } = workflowInfo();
  const callbacks: Callback[] = [];
  if (job.callbackUrl) {
    callbacks.push({
      messageId: `msg_${runId}`,
      target: { kind: 'url', url: job.callbackUrl },
      payload: jobEnded(job, snapshot),
    });
  }
  if (job.policy.operatorWebhook && snapshot.error) {
    callbacks.push({
      messageId: `msg_${runId}_operator`,
      target: { kind: 'operator' },
      payload: jobFailed(job, snapshot.error, snapshot.completedAt, workflowId),
    });
  }
  return callbacks;
}

async function start(callback: Callback, jobId: string): Promise<void> {
  const { kind } = callback.target;
  try {
    await startChild(deliverCallbackWorkflow, {
      workflowId: callbackWorkflowIdFor(kind, jobId, workflowInfo().runId),
      args: [callback],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `Tells ${receiverOf(callback)} of ${callback.payload.type}`,
    });
  } catch (error) {
    log.warn('a callback could not be started', { kind, error });
  }
}
