import {
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  proxyLocalActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { type LaneActivities, type Slot, slotOf } from '../../contract/lanes.js';
import { laneIdFor } from '../../contract/names.js';
import type { DownloadJob } from '../../contract/job.js';
import { durationText } from '../../contract/quantities.js';
import { ENTER_LANE_OPTIONS } from '../activity-options.js';
import { grantedSignal, releaseSignal } from '../messages.js';

/**
 * Timeout after which a waiting job requests its slot again, because a lane that was terminated has lost the queue.
 * Doubles up to the maximum, so that a thousand waiting jobs cause little load.
 */
const REQUEST_AGAIN_MS = 15 * 60_000;
const REQUEST_AGAIN_MAX_MS = 2 * 3_600_000;

/** The slot of one download in the lane of its user, from the request to the release. */
export class DownloadSlot {
  private readonly slot: Slot;
  private readonly requestScope = new CancellationScope();
  private requested: Promise<void> = Promise.resolve();
  private released = false;
  #granted = false;

  /** @param onGranted called once with the time of the grant, in milliseconds since the epoch. */
  constructor(
    private readonly job: DownloadJob,
    private readonly onGranted: (at: number) => void,
  ) {
    this.slot = slotOf(job, workflowInfo().runId);
    setHandler(grantedSignal, (at) => this.grant(at));
  }

  get granted(): boolean {
    return this.#granted;
  }

  /** Requests the slot without waiting for it, so that the job can prepare its files meanwhile. */
  request(): void {
    // Only a cancellation rejects, and the job learns of it through its own scope.
    this.requested = this.requestScope.run(() => this.enter()).catch(() => {});
  }

  async untilGranted(): Promise<void> {
    let timeoutMs = REQUEST_AGAIN_MS;
    while (!(await this.grantedWithin(timeoutMs))) {
      await this.enter();
      timeoutMs = Math.min(REQUEST_AGAIN_MAX_MS, 2 * timeoutMs);
    }
  }

  private grantedWithin(timeoutMs: number): Promise<boolean> {
    const summary = `Ask for a slot again, after ${durationText(timeoutMs)}`;
    return condition(() => this.#granted, timeoutMs, { summary });
  }

  /**
   * Releases the slot, or the place in the queue. Waits for a request in flight first, otherwise the lane could
   * process the release before the request and keep the slot.
   */
  async release(): Promise<void> {
    this.released = true;
    this.requestScope.cancel();
    await this.requested;
    // A lane that was terminated has nothing to release.
    const lane = getExternalWorkflowHandle(laneIdFor(this.job.userId));
    await lane.signal(releaseSignal, this.slot).catch(() => {});
  }

  private async enter(): Promise<void> {
    const { userId, policy } = this.job;
    const { enterLane } = proxyLocalActivities<LaneActivities>(ENTER_LANE_OPTIONS);
    if (await enterLane({ userId, maxRunning: policy.maxRunning, slot: this.slot })) {
      this.grant(Date.now());
    }
  }

  private grant(at: number): void {
    if (this.#granted || this.released) return;
    this.#granted = true;
    this.onGranted(at);
  }
}
