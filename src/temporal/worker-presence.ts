import { CLOCKS, type Clocks } from '../concurrency/clocks.js';
import proto from '@temporalio/proto';
import { ORCHESTRATION_TASK_QUEUE } from '../contract/names.js';
import { Sightings } from './sightings.js';

/** Interval of the heartbeats that a worker sends to servers that support them. */
export const WORKER_HEARTBEAT = '5s';

/** Tolerates two lost heartbeats. */
const HEARTBEAT_MAX_AGE_MS = 15_000;

/** A poller polls at least once a minute, so an older one is dead. */
const POLLER_MAX_AGE_MS = 75_000;

const { TASK_QUEUE_TYPE_WORKFLOW } = proto.temporal.api.enums.v1.TaskQueueType;

type Time = { seconds?: unknown; nanos?: number | null } | null;

interface Poller {
  identity?: string | null;
  lastAccessTime?: Time;
}

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
    }): Promise<{ pollers?: Poller[] | null }>;
    listWorkers(request: {
      namespace: string;
      query: string;
    }): Promise<{ workersInfo?: { workerHeartbeat?: Heartbeat | null }[] | null }>;
  };
}

/** Receives bounds of the milliseconds by which this machine's clock is ahead of Temporal's. */
interface ClockObserver {
  observe(atLeastMs: number, atMostMs: number): void;
}

/**
 * Health check for workers of the orchestration queue. Ignores the build queue, because a worker with no free build
 * slot stops polling it and would look dead when it is busiest. Compares no time of Temporal or of a worker with the
 * local clock, otherwise a wrong clock would look like a dead worker.
 */
export class WorkerPresence {
  private readonly pollers = new Sightings();
  private readonly heartbeats = new Sightings();
  /** Local time before the last look at the pollers. Polls that a later look shows first are newer. */
  private lookedAt = -Infinity;
  private latestPoll = -Infinity;

  constructor(
    private readonly temporal: Workers,
    private readonly namespace: string,
    private readonly clock: ClockObserver,
    private readonly clocks: Clocks = CLOCKS,
  ) {}

  /**
   * Rejects when no worker is running. Detects a killed one after about 20 s, or 75 s on servers without heartbeats.
   */
  async assertPresent(): Promise<void> {
    const [polled, beating] = await Promise.all([this.isPolled(), this.isBeating()]);
    if (!polled || !beating) throw new Error(`No worker polls the task queue ${ORCHESTRATION_TASK_QUEUE}`);
  }

  /** Looks again and returns the number of workers; of pollers, on servers without heartbeats. */
  async count(): Promise<number> {
    await Promise.all([this.isPolled(), this.isBeating()]);
    const now = this.clocks.steady();
    return (
      this.heartbeats.changedWithin(HEARTBEAT_MAX_AGE_MS, now) ||
      (this.heartbeats.isEmpty ? this.pollers.changedWithin(POLLER_MAX_AGE_MS, now) : 0)
    );
  }

  private async isPolled(): Promise<boolean> {
    const askedAt = this.clocks.wall();
    const { pollers } = await this.temporal.workflowService.describeTaskQueue({
      namespace: this.namespace,
      taskQueue: { name: ORCHESTRATION_TASK_QUEUE },
      taskQueueType: TASK_QUEUE_TYPE_WORKFLOW,
    });
    const polls = (pollers ?? []).map(
      ({ identity, lastAccessTime }) => [identity ?? '', msOf(lastAccessTime)] as const,
    );
    this.compareClocks(Math.max(...polls.map(([, at]) => at)), askedAt);
    return this.pollers.update(polls, this.clocks.steady()) < POLLER_MAX_AGE_MS;
  }

  /** True when a worker sent a heartbeat within the last 15 s, and on servers without heartbeats. */
  private async isBeating(): Promise<boolean> {
    const latest = await this.latestHeartbeats();
    const beats = latest.map(
      ({ workerInstanceKey, heartbeatTime }) => [workerInstanceKey ?? '', msOf(heartbeatTime)] as const,
    );
    const age = this.heartbeats.update(beats, this.clocks.steady());
    return beats.length === 0 || age < HEARTBEAT_MAX_AGE_MS;
  }

  /** Measures Temporal's clock: a poll that no earlier look showed happened between the two looks. */
  private compareClocks(latestPoll: number, askedAt: number): void {
    if (latestPoll > this.latestPoll) {
      this.clock.observe(this.lookedAt - latestPoll, this.clocks.wall() - latestPoll);
      this.latestPoll = latestPoll;
    }
    this.lookedAt = askedAt;
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

function msOf(time: Time | undefined): number {
  return Number(time?.seconds ?? 0) * 1_000 + (time?.nanos ?? 0) / 1_000_000;
}
