import { CancellationScope, log, ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import type { Callback } from '../../contract/callbacks/callbacks.js';
import { deliveryOf, endingCallbacks } from '../../contract/callbacks/ending-callbacks.js';
import type { DownloadJob } from '../../contract/job.js';
import type { JobSnapshot } from '../../contract/snapshot.js';
import { deliverCallbackWorkflow } from './deliver-callback.js';

/**
 * Starts abandoned child workflows that deliver the callbacks of an ended job. Never rejects. Waits only until they
 * have started, because a child whose parent closes first is never started. The status is final already, so no client
 * waits for this.
 */
export async function startCallbacks(job: DownloadJob, snapshot: JobSnapshot): Promise<void> {
  const callbacks = endingCallbacks(job, snapshot, workflowInfo());
  if (callbacks.length === 0) return;
  await CancellationScope.nonCancellable(() =>
    Promise.all(callbacks.map((callback) => startDelivery(callback, job.jobId))),
  );
}

async function startDelivery(callback: Callback, jobId: string): Promise<void> {
  try {
    await startChild(deliverCallbackWorkflow, {
      ...deliveryOf(callback, jobId, workflowInfo().runId),
      args: [callback],
      parentClosePolicy: ParentClosePolicy.ABANDON,
    });
  } catch (error) {
    log.warn('failed to start a callback delivery', { kind: callback.target.kind, error });
  }
}
