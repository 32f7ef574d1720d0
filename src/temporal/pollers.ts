import proto from '@temporalio/proto';
import { BUILD_TASK_QUEUE, ORCHESTRATION_TASK_QUEUE } from '../contract/names.js';

/** A poller asks anew at least once a minute; one that was not heard of for longer is gone. */
const POLLER_MAX_AGE_MS = 75_000;

const { TASK_QUEUE_TYPE_ACTIVITY, TASK_QUEUE_TYPE_WORKFLOW } = proto.temporal.api.enums.v1.TaskQueueType;

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

/** Resolves when workers poll both task queues; rejects when one of them has none. */
export async function assertWorkersPoll({ workflowService }: Workflows, namespace: string): Promise<void> {
  const queues = [
    { name: ORCHESTRATION_TASK_QUEUE, taskQueueType: TASK_QUEUE_TYPE_WORKFLOW },
    { name: BUILD_TASK_QUEUE, taskQueueType: TASK_QUEUE_TYPE_ACTIVITY },
  ];
  await Promise.all(
    queues.map(async ({ name, taskQueueType }) => {
      const { pollers } = await workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name },
        taskQueueType,
      });
      const alive = (pollers ?? []).some(
        ({ lastAccessTime }) => Date.now() - Number(lastAccessTime?.seconds ?? 0) * 1_000 < POLLER_MAX_AGE_MS,
      );
      if (!alive) throw new Error(`No worker polls the task queue ${name}`);
    }),
  );
}
