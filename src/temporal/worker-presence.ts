import proto from '@temporalio/proto';
import { ORCHESTRATION_TASK_QUEUE } from '../contract/names.js';

/** How often a worker tells the server that it lives; of servers that hear of it. */
export const WORKER_HEARTBEAT = '5s';

/** Two heartbeats may be lost. */
const HEARTBEAT_MAX_AGE_MS = 15_000;

/** A poller asks anew at least once a minute; one that was not heard of for longer is gone. */
const POLLER_MAX_AGE_MS = 75_000;

const { TASK_QUEUE_TYPE_WORKFLOW } = proto.temporal.api.enums.v1.TaskQueueType;

type Time = { seconds?: unknown; nanos?: number | null } | null;

interface Heartbeat {
  workerInstanceKey?: string | null;
  heartbeatTime?: Time;
}

/** What asking for workers needs of a connection. */
interface Workflows {
  workflowService: {
    describeTaskQueue(request: {
      namespace: string;
      taskQueue: { name: string };
      taskQueueType: proto.temporal.api.enums.v1.TaskQueueType;
    }): Promise<{ pollers?: { lastAccessTime?: Time }[] | null }>;
    listWorkers(request: {
      namespace: string;
      query: string;
    }): Promise<{ workersInfo?: { workerHeartbeat?: Heartbeat | null }[] | null }>;
  };
}

/**
 * Whether workers are there for workflows. The build queue is not asked: a worker whose build slots are all taken stops
 * polling it, and would look dead when it is busiest.
 */
export class WorkerPresence {
  /** The last heartbeat of each worker, and when it was seen first; by our own clock, for theirs may be wrong. */
  private heartbeats = new Map<string, { beat: string; seenAt: number }>();

  /** @param now a clock in milliseconds since the epoch. */
  constructor(
    private readonly temporal: Workflows,
    private readonly namespace: string,
    private readonly now: () => number = Date.now,
  ) {}

  /** Rejects when no worker is there: one that was killed is missed after about 20 s, after 75 s by older servers. */
  async assertThere(): Promise<void> {
    const [polled, beating] = await Promise.all([this.isPolled(), this.isBeating()]);
    if (!polled || !beating) throw new Error(`No worker polls the task queue ${ORCHESTRATION_TASK_QUEUE}`);
  }

  private async isPolled(): Promise<boolean> {
    const { pollers } = await this.temporal.workflowService.describeTaskQueue({
      namespace: this.namespace,
      taskQueue: { name: ORCHESTRATION_TASK_QUEUE },
      taskQueueType: TASK_QUEUE_TYPE_WORKFLOW,
    });
    const oldest = this.now() - POLLER_MAX_AGE_MS;
    return (pollers ?? []).some(
      ({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1_000 > oldest,
    );
  }

  /** Whether some worker's heartbeat is one that was not known 15 s ago; also where no heartbeats are known at all. */
  private async isBeating(): Promise<boolean> {
    const now = this.now();
    const latest = await this.latestHeartbeats();
    const entries = latest.map(({ workerInstanceKey, heartbeatTime }) => {
      const key = workerInstanceKey ?? '';
      const beat = `${String(heartbeatTime?.seconds)}.${heartbeatTime?.nanos ?? 0}`;
      const known = this.heartbeats.get(key);
      return [key, known?.beat === beat ? known : { beat, seenAt: now }] as const;
    });
    this.heartbeats = new Map(entries);
    return entries.length === 0 || entries.some(([, { seenAt }]) => now - seenAt < HEARTBEAT_MAX_AGE_MS);
  }

  /** None of a server that does not know of them: then the pollers alone tell. */
  private async latestHeartbeats(): Promise<Heartbeat[]> {
    const query = `TaskQueue = '${ORCHESTRATION_TASK_QUEUE}'`;
    try {
      const { workersInfo } = await this.temporal.workflowService.listWorkers({
        namespace: this.namespace,
        query,
      });
      return (workersInfo ?? []).flatMap(({ workerHeartbeat }) => workerHeartbeat ?? []);
    } catch {
      return [];
    }
  }
}
