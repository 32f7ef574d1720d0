import proto from '@temporalio/proto';
import { ORCHESTRATION_TASK_QUEUE } from '../contract/names.js';

/** A poller asks anew at least once a minute; one that was not heard of for longer is gone. */
const POLLER_MAX_AGE_MS = 75_000;

const { TASK_QUEUE_TYPE_WORKFLOW } = proto.temporal.api.enums.v1.TaskQueueType;

/** What asking for pollers needs of a connection. */
interface Workflows {
  workflowService: {
    describeTaskQueue(request: {
      namespace: string;
      taskQueue: { name: string };
      taskQueueType: proto.temporal.api.enums.v1.TaskQueueType;
    }): Promise<{ pollers?: { lastAccessTime?: { seconds?: unknown } | null }[] | null }>;
  };
}

/**
 * Resolves when a worker polls for workflows; rejects when none does. The build queue is not asked: a worker whose
 * build slots are all taken stops polling it, and would look dead when it is busiest.
 */
export async function assertWorkersPoll({ workflowService }: Workflows, namespace: string): Promise<void> {
  const { pollers } = await workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: ORCHESTRATION_TASK_QUEUE },
    taskQueueType: TASK_QUEUE_TYPE_WORKFLOW,
  });
  const oldest = Date.now() - POLLER_MAX_AGE_MS;
  const polls = (pollers ?? []).some(
    ({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1_000 > oldest,
  );
  if (!polls) throw new Error(`No worker polls the task queue ${ORCHESTRATION_TASK_QUEUE}`);
}
