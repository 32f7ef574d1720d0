import type { Client } from '@temporalio/client';
import { SWEEP_SCHEDULE } from '../../src/contract/names.js';
import type { SweepSummary } from '../../src/contract/sweep.js';
import { waitFor } from './wait-for.js';

/** Triggers the schedule like an operator, and waits for the sweep that it starts. */
export async function sweep(client: Client): Promise<SweepSummary> {
  const handle = client.schedule.getHandle(SWEEP_SCHEDULE);
  const before = (await handle.describe()).info.numActionsTaken;
  await handle.trigger();
  let workflowId = '';
  await waitFor('the schedule to start a sweep', async () => {
    const { info } = await handle.describe();
    const action = info.recentActions.at(-1)?.action;
    if (action?.type === 'startWorkflow') ({ workflowId } = action.workflow);
    return info.numActionsTaken > before;
  });
  return client.workflow.getHandle(workflowId).result() as Promise<SweepSummary>;
}
