import type { Client } from '@temporalio/client';
import { SWEEP_WORKFLOW } from '../../contract/names.js';

/** Returns the end of the last finished sweep in milliseconds since the epoch; NaN when none is known. */
export async function lastSweepEndedAt(client: Client): Promise<number> {
  const query = `WorkflowType = '${SWEEP_WORKFLOW}' AND ExecutionStatus = 'Completed'`;
  try {
    // Newest first.
    for await (const { closeTime } of client.workflow.list({ query, pageSize: 1 }))
      return closeTime?.getTime() ?? NaN;
  } catch {
    // The next sweep sets it.
  }
  return NaN;
}
