import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { CALLBACK_WORKFLOW, DOWNLOAD_WORKFLOW, LANE_WORKFLOW, SWEEP_WORKFLOW } from '../contract/names.js';

const TYPES = [DOWNLOAD_WORKFLOW, CALLBACK_WORKFLOW, LANE_WORKFLOW, SWEEP_WORKFLOW];
const QUERY = `WorkflowType IN (${TYPES.map((type) => `'${type}'`).join(', ')})`;

/** Result of one replay. */
export interface Replayed {
  workflowId: string;
  /** Why these workflows cannot continue the history; undefined when they can. */
  problem?: string;
}

/** Replays the last histories of the namespace, running ones first, with the workflows of a bundle. */
export async function* replayHistories(
  client: Client,
  codePath: string,
  last: number,
): AsyncGenerator<Replayed> {
  const results = Worker.runReplayHistories({ workflowBundle: { codePath } }, lastHistories(client, last));
  for await (const { workflowId, error } of results) {
    yield error ? { workflowId, problem: error.message } : { workflowId };
  }
}

async function* lastHistories(client: Client, last: number) {
  let left = last;
  // Temporal lists running workflows first, then the last that ended.
  for await (const { workflowId, runId } of client.workflow.list({
    query: QUERY,
    pageSize: Math.min(last, 1_000),
  })) {
    if (left === 0) return;
    const history = await historyOf(client, workflowId, runId);
    if (!history) continue;
    left--;
    yield { workflowId, history };
  }
}

/** Returns undefined for a workflow whose retention ended since it was listed. */
async function historyOf(client: Client, workflowId: string, runId: string) {
  try {
    return await client.workflow.getHandle(workflowId, runId).fetchHistory();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
