import proto from '@temporalio/proto';
import { ORCHESTRATION_TASK_QUEUE } from '../contract/names.js';

/** Interval of the heartbeats that a worker sends to servers that support them. */
export const WORKER_HEARTBEAT = '5s';

/** Tolerates two lost heartbeats. */
const HEARTBEAT_MAX_AGE_MS = 15_000;

/** A poller polls at least once a minute, so an older one is dead. */
const POLLER_MAX_AGE_MS = 75_000;

const { TASK_QUEUE_TYPE_WORKFLOW } = proto.temporal.api.enums.v1.TaskQueueType;

type Time = { seconds?: unknown; nanos?: number | null } | null;

interface Heartbeat {
  workerInstanceKey?: string | null;
  heartbeatTime?: Time;
}

/** The part of a Temporal connection that lists workers. */
interface Workers {
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
 * Health check for workers of the orchestration queue. Ignores the build queue, because a worker with no free build
 * slot stops polling it and would look dead when it is busiest.
 */
export class WorkerPresence {
  /**
   * The last heartbeat of each worker, and the local time of its first sighting, because a worker's clock may be
   * wrong.
   */
  private heartbeats = new Map<string, { beat: string; seenAt: number }>();

  /** @param now a clock in milliseconds since the epoch. */
  constructor(
    private readonly temporal: Workers,
    private readonly namespace: string,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * Rejects when no worker is running. Detects a killed one after about 20 s, or 75 s on servers without heartbeats.
   */
  async assertPresent(): Promise<void> {
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

  /** True when a worker sent a heartbeat within the last 15 s, and on servers without heartbeats. */
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

  /** Empty on servers without `listWorkers`; then only the pollers count. */
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
