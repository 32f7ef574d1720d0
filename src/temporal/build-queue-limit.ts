import type { Client } from '@temporalio/client';
import { atMostEvery } from '../concurrency/at-most-every.js';
import { LonghaulError } from '../contract/errors.js';
import type { DownloadJob } from '../contract/job.js';
import { SEGMENT_TASK_QUEUE } from '../contract/names.js';
import { QUEUES_MAX_AGE_MS, queueStats, TASK_QUEUE_TYPE_ACTIVITY } from './queue-stats.js';

/** Refuses jobs of low priority while builds wait for too long, so that the workers can catch up. */
export class BuildQueueLimit {
  private readonly stats: () => Promise<{ age: number }>;

  /** @param maxAgeMs the oldest build that may wait; 0 for no limit. */
  constructor(
    client: Client,
    private readonly maxAgeMs: number,
  ) {
    this.stats = atMostEvery(QUEUES_MAX_AGE_MS, () =>
      queueStats(client, SEGMENT_TASK_QUEUE, TASK_QUEUE_TYPE_ACTIVITY),
    );
  }

  /**
   * Accepts every job while the age is unknown.
   * @throws LonghaulError OVERLOADED.
   */
  async admit({ priority }: Pick<DownloadJob, 'priority'>): Promise<void> {
    if (priority !== 'low' || this.maxAgeMs === 0) return;
    const { age } = await this.stats();
    if (age * 1_000 <= this.maxAgeMs || Number.isNaN(age)) return;
    const message =
      'Too many downloads wait for a worker, so no download of low priority is accepted. ' +
      'Try again after the number of seconds in Retry-After.';
    throw new LonghaulError('OVERLOADED', message);
  }
}
