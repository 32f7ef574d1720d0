import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { JobRun } from '../../contract/callbacks/ending-callbacks.js';
import type { DownloadJob } from '../../contract/job.js';

/** What a run of a job was started with, which the first event of its history holds; undefined when that is gone. */
export async function jobInput(
  client: Client,
  { workflowId, runId }: JobRun,
): Promise<DownloadJob | undefined> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: 1,
  });
  const payload = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  return payload && defaultPayloadConverter.fromPayload<DownloadJob>(payload);
}
