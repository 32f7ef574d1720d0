import { CancellationScope, log, ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import type { Callback } from '../../contract/callbacks/callbacks.js';
import { deliveryOf, endingCallbacks } from '../../contract/callbacks/ending-callbacks.js';
import type { DownloadJob } from '../../contract/job.js';
import type { JobSnapshot } from '../../contract/snapshot.js';
import { deliverCallbackWorkflow } from './deliver-callback.js';

/**
 * Sends whoever asked for it word of how the job ended, by workflows that outlive this one. Never rejects, and waits for
 * no more than that they have begun: a child whose parent closes before that is never started. The status is final
 * already, so nobody waits for this. A job that nobody is to be told of has nothing to do here, as those had not that
 * began before there were callbacks.
 */
export async function startCallbacks(job: DownloadJob, snapshot: JobSnapshot): Promise<void> {
  const callbacks = endingCallbacks(job, snapshot, workflowInfo());
  if (callbacks.length === 0) return;
  await CancellationScope.nonCancellable(() =>
    Promise.all(callbacks.map((callback) => start(callback, job.jobId))),
  );
}

async function start(callback: Callback, jobId: string): Promise<void> {
  try {
    await startChild(deliverCallbackWorkflow, {
      ...deliveryOf(callback, jobId, workflowInfo().runId),
      args: [callback],
      parentClosePolicy: ParentClosePolicy.ABANDON,
    });
  } catch (error) {
    log.warn('a callback could not be started', { kind: callback.target.kind, error });
  }
}
