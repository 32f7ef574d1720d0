import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { within } from '../concurrency/deadline.js';

type QueueType = proto.temporal.api.enums.v1.TaskQueueType;

export const { TASK_QUEUE_TYPE_WORKFLOW, TASK_QUEUE_TYPE_ACTIVITY } =
  proto.temporal.api.enums.v1.TaskQueueType;

/** Numbers of a task queue are read at most this often by one server. */
export const QUEUES_MAX_AGE_MS = 5_000;

/** Shorter than the timeout of a scrape, and than that of a start. */
export const STATS_DEADLINE_MS = 3_000;

/** Tasks that wait in a queue, and the age of the oldest one in seconds. Both are NaN when Temporal does not answer. */
export interface QueueStats {
  depth: number;
  age: number;
}

/** Reads the numbers of one type of a task queue. Never rejects. */
export async function queueStats(
  client: Client,
  name: string,
  taskQueueType: QueueType,
): Promise<QueueStats> {
  const { namespace } = client.options;
  const request = { namespace, taskQueue: { name }, taskQueueType, reportStats: true };
  const answer = client.withDeadline(Date.now() + STATS_DEADLINE_MS, () =>
    client.workflowService.describeTaskQueue(request),
  );
  const stats = await within(STATS_DEADLINE_MS, answer).then(
    (described) => described.stats,
    () => undefined,
  );
  if (!stats) return { depth: NaN, age: NaN };
  const { approximateBacklogCount, approximateBacklogAge } = stats;
  const seconds = Number(approximateBacklogAge?.seconds ?? 0);
  return {
    depth: Number(approximateBacklogCount ?? 0),
    age: seconds + (approximateBacklogAge?.nanos ?? 0) / 1e9,
  };
}
