import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { JobRun } from '../../contract/callbacks/ending-callbacks.js';
import type { DownloadJob } from '../../contract/job.js';

/** Reads the input of a run from the first event of its history; undefined when the history is past its retention. */
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
