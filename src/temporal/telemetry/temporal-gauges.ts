import type { Client } from '@temporalio/client';
import { atMostEvery } from '../../concurrency/at-most-every.js';
import { within } from '../../concurrency/deadline.js';
import {
  BUILD_TASK_QUEUE,
  CALLBACK_TASK_QUEUE,
  DOWNLOAD_WORKFLOW,
  ORCHESTRATION_TASK_QUEUE,
  SEARCH_ATTRIBUTES,
  SEGMENT_TASK_QUEUE,
} from '../../contract/names.js';
import type { Instruments } from '../../telemetry/metrics/instruments.js';
import type { API_METRICS } from '../../telemetry/metrics/api-metrics.js';
import {
  QUEUES_MAX_AGE_MS,
  queueStats,
  STATS_DEADLINE_MS,
  TASK_QUEUE_TYPE_ACTIVITY,
  TASK_QUEUE_TYPE_WORKFLOW,
} from '../queue-stats.js';

type GaugeMetrics = Pick<
  Instruments<typeof API_METRICS>,
  'queueDepth' | 'queueAge' | 'jobsOpen' | 'deadLetters' | 'workers'
>;

/** The task queues of Temporal behind each queue. Downloads of earlier versions wait in a build queue of their own. */
const QUEUES = {
  orchestration: [
    [ORCHESTRATION_TASK_QUEUE, TASK_QUEUE_TYPE_WORKFLOW],
    [ORCHESTRATION_TASK_QUEUE, TASK_QUEUE_TYPE_ACTIVITY],
  ],
  build: [
    [SEGMENT_TASK_QUEUE, TASK_QUEUE_TYPE_ACTIVITY],
    [BUILD_TASK_QUEUE, TASK_QUEUE_TYPE_ACTIVITY],
  ],
  callbacks: [[CALLBACK_TASK_QUEUE, TASK_QUEUE_TYPE_ACTIVITY]],
} as const;

const STATUSES = ['queued', 'running', 'processing_artifacts'] as const;

/** Age of the counts. Temporal allows about ten a second in a namespace, for all servers together. */
const COUNTS_MAX_AGE_MS = 30_000;

const DAY_MS = 24 * 3_600_000;

/** Numbers that only Temporal knows. Each is NaN while Temporal does not answer. */
export class TemporalGauges {
  private readonly groups: (() => Promise<void>)[];

  /** @param workers counts the workers with a recent heartbeat. */
  constructor(
    private readonly client: Client,
    private readonly metrics: GaugeMetrics,
    workers: () => Promise<number>,
  ) {
    this.groups = [
      ...Object.keys(QUEUES).map((queue) =>
        atMostEvery(QUEUES_MAX_AGE_MS, () => this.readQueue(queue as keyof typeof QUEUES)),
      ),
      atMostEvery(QUEUES_MAX_AGE_MS, async () => metrics.workers.set({}, await orNaN(workers()))),
      ...STATUSES.map((status) => atMostEvery(COUNTS_MAX_AGE_MS, () => this.countOpen(status))),
      atMostEvery(COUNTS_MAX_AGE_MS, () => this.countDeadLetters()),
    ];
  }

  /** Reads the numbers that are too old. Never rejects. */
  async refresh(): Promise<void> {
    await this.client.withDeadline(Date.now() + STATS_DEADLINE_MS, () =>
      Promise.all(this.groups.map((read) => read())),
    );
  }

  private async readQueue(queue: keyof typeof QUEUES): Promise<void> {
    const stats = await Promise.all(QUEUES[queue].map(([name, type]) => queueStats(this.client, name, type)));
    this.metrics.queueDepth.set(
      { queue },
      stats.reduce((sum, { depth }) => sum + depth, 0),
    );
    this.metrics.queueAge.set({ queue }, Math.max(...stats.map(({ age }) => age)));
  }

  private async countOpen(status: (typeof STATUSES)[number]): Promise<void> {
    const count = this.count(`ExecutionStatus = 'Running' AND ${SEARCH_ATTRIBUTES.status} = '${status}'`);
    this.metrics.jobsOpen.set({ status }, await count);
  }

  private async countDeadLetters(): Promise<void> {
    const since = new Date(Date.now() - DAY_MS).toISOString();
    const count = this.count(
      `ExecutionStatus IN ('Failed', 'TimedOut', 'Terminated') AND CloseTime > '${since}'`,
    );
    this.metrics.deadLetters.set({}, await count);
  }

  private count(query: string): Promise<number> {
    const counted = this.client.workflow.count(`WorkflowType = '${DOWNLOAD_WORKFLOW}' AND ${query}`);
    return orNaN(counted.then(({ count }) => count));
  }
}

function orNaN(number: Promise<number>): Promise<number> {
  return within(STATS_DEADLINE_MS, number).catch(() => NaN);
}
